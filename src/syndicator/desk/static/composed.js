// What has been queued need not be put back into the form.
const begin = `draft:${document.documentElement.dataset.person}:compose:`;
Object.keys(sessionStorage).filter((key) => key.startsWith(begin)).forEach((key) => sessionStorage.removeItem(key));
