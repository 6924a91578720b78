"""Languages that nobody names, told by script and common words, or honestly not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.models import Article
from syndicator.sources.lingo import detected, spoken

TEXTS = {
    "en": "Council approves second bridge. The plan for a bridge over the river was approved by a narrow "
    "margin on Monday evening.",
    "de": "Rat genehmigt zweite Brücke. Der Plan für eine Brücke über den Fluss wurde am Montagabend mit "
    "knapper Mehrheit beschlossen.",
    "fr": "Le conseil approuve un second pont. Le projet de pont sur le fleuve a été adopté lundi soir à une "
    "courte majorité.",
    "es": "El consejo aprueba un segundo puente. El plan para un puente sobre el río fue aprobado el lunes por "
    "la noche por escaso margen.",
    "it": "Il consiglio approva un secondo ponte. Il progetto di un ponte sul fiume è stato approvato lunedì "
    "sera con una stretta maggioranza.",
    "pt": "Conselho aprova segunda ponte. O plano de uma ponte sobre o rio foi aprovado na segunda-feira à "
    "noite por uma pequena maioria.",
    "nl": "Raad keurt tweede brug goed. Het plan voor een brug over de rivier werd maandagavond met een kleine "
    "meerderheid aangenomen.",
    "sv": "Rådet godkänner en andra bro. Planen för en bro över floden antogs på måndagskvällen med knapp "
    "majoritet, säger rådet.",
    "da": "Rådet godkender en ny bro. Planen om en bro over floden blev vedtaget mandag aften med et snævert "
    "flertal, siger borgmesteren, som også er glad for det. Det var meget dyrt.",
    "no": "Rådet godkjenner en ny bro. Planen om en bro over elven ble vedtatt mandag kveld med et knapt "
    "flertall, sier ordføreren, som også er glad for det etter møtet.",
    "fi": "Neuvosto hyväksyi toisen sillan. Suunnitelma joen ylittävästä sillasta hyväksyttiin "
    "maanantai-iltana niukalla enemmistöllä, ja se on myös kallis, mutta kaupunki kertoo että rahat ovat jo olemassa.",
    "pl": "Rada zatwierdza drugi most. Plan budowy mostu na rzece został przyjęty w poniedziałek wieczorem "
    "niewielką większością głosów, jak się dowiedzieliśmy.",
    "cs": "Rada schválila druhý most. Plán na stavbu mostu přes řeku byl přijat v pondělí večer těsnou "
    "většinou, ale podle starosty není ještě jisté, kdo ho zaplatí.",
    "sk": "Rada schválila druhý most. Plán na stavbu mosta cez rieku bol prijatý v pondelok večer tesnou "
    "väčšinou, ale podľa primátora ešte nie je isté, kto ho zaplatí, a sú aj iné otázky.",
    "hu": "A tanács jóváhagyta a második hidat. A folyón átívelő híd tervét hétfő este szűk többséggel "
    "fogadták el, de a polgármester szerint még nem biztos, hogy lesz rá pénz.",
    "ro": "Consiliul aprobă al doilea pod. Planul pentru un pod peste râu a fost adoptat luni seara cu o "
    "majoritate restrânsă, dar primarul spune că nu este sigur.",
    "tr": "Meclis ikinci köprüyü onayladı. Nehir üzerindeki köprü planı pazartesi akşamı az bir farkla kabul "
    "edildi, ancak belediye başkanı para için daha çok zaman gerektiğini söyledi.",
    "id": "Dewan menyetujui jembatan kedua. Rencana jembatan di atas sungai itu disetujui pada Senin malam "
    "karena mayoritas tipis, dan wali kota mengatakan bahwa mereka bisa mulai tahun ini.",
    "ru": "Совет одобрил второй мост. План строительства моста через реку был принят в понедельник вечером "
    "незначительным большинством, но мэр говорит, что это только начало.",
    "uk": "Рада схвалила другий міст. План будівництва мосту через річку був ухвалений у понеділок увечері "
    "незначною більшістю, але мер каже, що це лише початок.",
    "bg": "Съветът одобри втори мост. Планът за мост над реката беше приет в понеделник вечерта с малко "
    "мнозинство, но кметът казва, че това е само началото и ще има още.",
    "el": "Το συμβούλιο ενέκρινε δεύτερη γέφυρα πάνω από το ποτάμι τη Δευτέρα το βράδυ.",
    "ar": "المجلس يوافق على جسر ثان. تمت الموافقة على خطة بناء جسر فوق النهر مساء الاثنين بعد نقاش طويل في "
    "المدينة مع أن العمدة قال إن ذلك كان متوقعا.",
    "fa": "شورا پل دوم را تصویب کرد. طرح ساخت پل بر روی رودخانه که دوشنبه شب با اکثریت کم تصویب شد، برای شهر گران است.",
    "he": "המועצה אישרה גשר שני מעל הנהר ביום שני בערב ברוב קטן מאוד",
    "ja": "市議会が川に架かる二本目の橋の計画を承認",
    "zh": "市议会批准在河上修建第二座桥梁的计划，市长表示满意",
    "ko": "시의회 강에 놓일 두 번째 다리 계획 승인",
    "hi": "परिषद ने दूसरे पुल को मंजूरी दी। नदी पर पुल की योजना को सोमवार शाम को मामूली बहुमत से मंजूरी दी गई "
    "है और मेयर ने कहा कि यह भी एक शुरुआत है।",
    "th": "สภาเมืองอนุมัติแผนสร้างสะพานแห่งที่สองข้ามแม่น้ำเมื่อวันจันทร์",
    "ca": "El consell aprova un segon pont. El pla per a un pont sobre el riu va ser aprovat dilluns al vespre "
    "amb una majoria molt justa, però els veïns no hi estan d'acord.",
    "vi": "Hội đồng phê duyệt cây cầu thứ hai. Kế hoạch xây cầu qua sông đã được thông qua vào tối thứ Hai với "
    "đa số nhỏ.",
}
GERMAN = TEXTS["de"]
UNSURE = {
    "short": "Rat genehmigt zweite Brücke",
    "two languages": f"{TEXTS['en'][:110]} {GERMAN[:110]}",
    "names": "Mbappé, Haaland, Bellingham, Vinícius Júnior, Musiala, Saka, Rodri, Wirtz, Yamal, Kane, Pedri, Gavi",
    "Croatian, Bosnian or Serbian": "Vijeće je odobrilo drugi most. Plan za most preko rijeke prihvaćen je u "
    "ponedjeljak navečer tijesnom većinom, ali gradonačelnik kaže da to nije kraj.",
    "Basque": "Udalak bigarren zubia onartu du. Ibaiaren gaineko zubiaren plana astelehen gauean onartu zuten.",
    "Welsh": "Cyngor yn cymeradwyo ail bont. Cafodd y cynllun am bont dros yr afon ei gymeradwyo nos Lun.",
    "Icelandic": "Ráðið samþykkir aðra brú. Áætlun um brú yfir ána var samþykkt á mánudagskvöld með naumum meirihluta.",
    "Swahili": "Baraza laidhinisha daraja la pili. Mpango wa daraja juu ya mto uliidhinishwa Jumatatu jioni kwa wingi.",
    "two scripts": "Совет одобрил второй мост через реку и это только начало The council approves the second bridge",
    "numbers": "3 : 2, 4 : 1, 0 : 0, 17:30, 2026, 100 %",
    "nothing": "",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_headline_and_a_summary_tell_their_language(language: str) -> None:
    """Two sentences in one language are enough, in three dozen of them."""
    assert detected(TEXTS[language]) == language


@pytest.mark.parametrize("text", UNSURE.values(), ids=UNSURE)
def test_what_is_not_sure_is_not_said(text: str) -> None:
    """Short, mixed, made of names, or in a language that is not known: nothing is claimed."""
    assert detected(text) == ""


@pytest.mark.parametrize(
    ("declared", "home", "language"),
    [
        ("", "en", "de"),
        ("", "en-GB", "de"),
        ("", "de-AT", ""),  # the newsroom's own says more
        ("en", "fr", "en"),  # the newsroom says so: it is not overruled
        ("de-CH", "en", "de-CH"),
    ],
)
def test_only_who_names_no_language_is_asked_for_it(declared: str, home: str, language: str) -> None:
    """A declared language stays, and so does the newsroom's where the words are in it."""
    title, _, summary = GERMAN.partition(". ")
    article = Article("https://news.example/a", title, summary, language=declared)
    assert spoken(article, home).language == language


def test_an_unsure_article_is_the_newsrooms() -> None:
    """It comes back as it was."""
    article = Article("https://news.example/a", UNSURE["short"])
    assert spoken(article, "en") is article


@given(st.text(max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    """Whatever it is, the answer is a language or nothing."""
    assert detected(text) == "" or detected(text).isalpha()


def test_a_hundred_articles_cost_little() -> None:
    """Some tenths of a millisecond each: new articles alone are asked for, and seldom a hundred at once."""
    begun = time.process_time()
    for _ in range(100):
        detected(GERMAN * 3)
    assert time.process_time() - begun < 0.5
