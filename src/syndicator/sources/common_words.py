"""The commonest small words of languages, and letters that few have. They tell languages apart, not more.

Words are in lower case, without apostrophes, as they stand between spaces. Close relatives (Danish and Norwegian, Czech
and Slovak, Ukrainian and Russian) have their differences listed beside what they share.
"""

WORDS = {
    # Latin script
    "en": "the of and to in a is that for on with as was are by it at from his her has have be this its will an not "
    "after they their were who which but says said would more than been about out into over she he we you",
    "de": "der die das und in den von zu mit im ist des sich auf für nicht ein eine dem als auch an es einen werden "
    "aus er hat dass sie nach wird bei einer um am sind noch wie einem über so zum war haben nur oder aber "
    "vor zur bis mehr durch man sein wurde ihr gegen seit unter wir ich",
    "fr": "le la les de des du et en un une est dans pour que qui sur au aux par plus pas avec ce il elle sont ont "
    "été cette ses son sa se ne l d qu mais ou leur nous vous après entre selon deux être avait fait a à y",
    "es": "el la los las de del y en un una es que por para con se su al lo como más no sus fue ha pero este esta "
    "entre sobre desde son hasta también años tras según muy ya cuando sin han está dos le ser o a",
    "it": "il la lo gli i le di del della dei delle dello da dal dalla in nel nella nelle un una è che per con su "
    "sul sulla si non più e ha sono al alla ai alle come anche dopo ma questo questa stato essere l d dell "
    "all nell dall tra",
    "pt": "o a os as de do da dos das e em no na nos nas um uma é que por para com se ao aos à não mais foi são "
    "como mas pelo pela sua seu também após entre até sobre ser está ter já anos segundo foram tem ou",
    "gl": "o a os as de do da dos das e en no na nos nas un unha é que por para con se ao aos á non máis foi son "
    "como mais polo pola súa seu tamén tras entre ata sobre ser está xa anos segundo foron ten ou",
    "ca": "el la els les de del dels i en un una és que per amb al als es no més va han ha però aquest aquesta "
    "entre sobre des fins també anys són com seva seu l d s n pels pel hi ser què quan molt",
    "nl": "de het een en van in op te is dat voor met zijn niet aan er die om door als bij ook naar dan uit worden "
    "wordt heeft nog maar over tot ze hij wel hun werd na meer deze zich hebben was ik geen kan veel onder "
    "tegen",
    "af": "die en van in n is het dat vir met nie op te om ook sy was word hy deur as by sal aan hulle na wat uit "
    "maar tot oor kan wees hul haar ons meer jaar nog",
    "sv": "och i att det som en på är av för med den till ett har de inte om var sig han men från hon vid så kan "
    "ska efter man nu säger under ut över mot sin skulle eller blir vi också när hade ny upp år mer",
    "da": "og i at det som en på er af for med den til et har de ikke om var sig han men fra hun ved så kan skal "
    "efter man nu siger under ud over mod sin skulle eller bliver vi også når havde ny op år mere blev hvor "
    "hvad mellem uden meget noget nogen fik hende mig været gør igen først anden derfor hvilket nye kun kunne",
    "no": "og i at det som en på er av for med den til et har de ikke om var seg han men fra hun ved så kan skal "
    "etter man nå sier under ut over mot sin skulle eller blir vi også når hadde ny opp år mer ble hvor hva "
    "mellom uten mye noe noen fikk henne meg vært gjør igjen først annen derfor nye bare kun kunne",
    "fi": "ja on ei että se hän oli ovat mutta myös kun joka kuin sekä ole jo tai niin mukaan vain sen tämä mitä "
    "nyt voi jos hänen olla vuonna siitä jossa ollut jälkeen kertoo sanoo vielä ennen kanssa",
    "et": "ja on ei et see ta oli aga ka kui mis kes oma või siis mida seda ning selle nii juba pärast aasta ainult "
    "tema need nad üle välja veel olid pole kuid poolt",
    "pl": "w i na z do się nie to że jest o po jak za od są przez dla ale ma co tym może już był oraz tylko było "
    "przy ich ze czy jego będzie który która które roku być go także pod przed",
    "cs": "a v na se je že s z o do to jako po ve za i by pro které který ale od jsou podle si už bude při která "
    "není bylo byl byla před jeho jen také však ze k jsme let více nebo mezi",
    "sk": "a v na sa je že s z o do to ako po vo za aj by pre ktoré ktorý ale od sú podľa si už bude pri ktorá nie "
    "bolo bol bola pred jeho len tiež však zo k sme rokov viac alebo medzi",
    "sl": "in v na je se da za so z ki s o po pa kot bi ni tudi iz do ob bo pri od ali ter še med pred več le bil "
    "bila bilo zaradi ko že kako lahko bodo leta ga vse",
    "sh": "i u na je se da za su od koji što ne s o kao po iz će bi to do koja nije ali sve koje bio samo prema "
    "zbog nakon više još bila biti između pre prije godine kada te",
    "hu": "a az és hogy nem is egy meg de volt ez csak van már ki mint el még szerint be után azt lesz ezt fel sem "
    "pedig vagy volna lehet több minden amely között ha s mert magyar",
    "ro": "de și în a la cu pe că nu din o un este să care pentru mai au fi se al ale ca sau după fost lui prin "
    "sunt ce iar dar acest când ar între cele fiind va până",
    "tr": "ve bir bu için ile da de olarak daha çok en gibi olan kadar sonra ise oldu ne var dedi değil göre her o "
    "olduğu ancak iki yeni son yıl üzere ya etti karşı tarafından edildi",
    "id": "yang dan di dengan untuk dari pada ini itu tidak dalam akan juga ke karena oleh ada adalah sudah bisa "
    "tersebut mereka saat telah atau dia lebih seorang tahun bahwa para secara kami menjadi sebuah",
    "ms": "yang dan di dengan untuk daripada pada ini itu tidak dalam akan juga ke kerana oleh ada adalah sudah "
    "boleh tersebut mereka ketika telah atau beliau lebih seorang tahun bahawa para secara kami menjadi "
    "sebuah berkata",
    "lt": "ir į kad su iš yra o bet kaip dėl už ne po apie buvo tai jau dar nuo pagal ar savo per iki gali bus jis "
    "ji metų šių tik taip pat kuris kurie prie tarp",
    "lv": "un ir ar no uz par ka kas lai gan arī pēc bet tiek bija nav kā to savu vai jau ko pie tika tas šī gada "
    "līdz būs var viņš viņa starp vēl tikai",
    "vi": "và của là có được cho trong không một với các những đã người này khi để từ đến về tại ra năm như vào sẽ",
    "sq": "të e në dhe i për me një nga që është se më do nuk si ka po u ishte kjo ky por pas edhe janë së",
    # Cyrillic
    "ru": "и в не на что с по из он как это за от к но о у до его для был так же или она они также после при быть "
    "все была было были этом года еще ещё под бы чтобы только который которые со",
    "uk": "і в у не на що з за до та про від як це по але й його для був також або вона вони після при бути всі "
    "була було були року ще під би щоб лише який які із зі є",
    "be": "і ў у не на што з за да па як гэта але яго для быў таксама або яна яны пасля пры быць усе была было былі "
    "года яшчэ пад каб толькі які якія са",
    "bg": "и в на да се за с е от не са че по към като което който която до при ще след ли но това беше през има му "
    "си или още бъде няма така само във със тази",
    "sr": "и у на је се да за су од који што не с о као по из ће би то до која није али све које био само према "
    "због након више још била бити између пре године када те",
    "mk": "и во на да се за со е од не дека по кон како што кој која до при ќе ли но ова беше има му или уште биде "
    "нема така само тоа врз според ги го",
    # Arabic script
    "ar": "في من على إلى أن عن التي الذي مع هذا هذه ما لا بعد كان قد بين أو قال كما كانت ذلك حول عام خلال إن ولم "
    "وقد وقال ضد قبل عند أكثر",
    "fa": "در و به از که این را با است آن برای یک بر شد خود تا هم ها او ما نیز هر بود شده می اما پس کرد دو اند گفت "
    "شود",
    "ur": "کے کی میں ہے اور سے کا کو نے پر کہ یہ ہیں اس کر تھا بھی جو ایک گیا ہو نہیں تھے لیے بعد ان وہ تک",
    # Devanagari
    "hi": "के है में की को से का और पर ने कि हैं यह भी नहीं एक इस लिए हो गया कर था वह जो तो ही अपने बाद साथ रहे रहा",
    "mr": "आहे आणि या च्या ते हा ही की तर आहेत नाही होते होती यांनी यांच्या केली केला मध्ये असे त्या मी पण झाली "
    "झाला होता एक",
    "ne": "छ र को मा ले का लाई छन् गरेको भएको पनि यो हो भने गर्ने थियो एक गरी तथा उनले नेपाल भन्ने लागि हुन",
}  # fmt: skip

UNTOLD = frozenset({"sh", "-"})
"""What is known so as not to be taken for others: Bosnian, Croatian and Serbian in Latin script, and unlisted ones."""

LETTERS = {
    "ß": "de", "ñ": "es gl", "ã": "pt", "õ": "pt et", "ç": "fr pt ca tr sq", "œ": "fr", "ò": "it ca", "ì": "it",
    "å": "sv da no", "ø": "da no", "æ": "da no", "ł": "pl", "ą": "pl lt", "ę": "pl lt", "ś": "pl", "ż": "pl",
    "ř": "cs", "ů": "cs", "ě": "cs", "ľ": "sk", "ĺ": "sk", "ŕ": "sk", "đ": "sh vi", "ő": "hu", "ű": "hu",
    "ă": "ro vi", "ș": "ro", "ț": "ro", "ğ": "tr", "ı": "tr", "ş": "tr", "ė": "lt", "ų": "lt", "į": "lt",
    "ā": "lv", "ē": "lv", "ģ": "lv", "ķ": "lv", "ļ": "lv", "ņ": "lv", "ơ": "vi", "ư": "vi", "ạ": "vi", "ế": "vi",
    "ộ": "vi", "ả": "vi", "ấ": "vi", "ể": "vi", "ờ": "vi", "ệ": "vi", "ë": "sq", "ы": "ru be", "э": "ru be",
    "ъ": "bg ru", "щ": "ru uk bg", "і": "uk be", "ї": "uk", "є": "uk", "ґ": "uk", "ў": "be", "ђ": "sr", "ћ": "sr",
    "љ": "sr mk", "њ": "sr mk", "ј": "sr mk", "ѓ": "mk", "ќ": "mk", "ѕ": "mk",
    "پ": "fa ur", "چ": "fa ur", "گ": "fa ur", "ژ": "fa", "ٹ": "ur", "ڈ": "ur", "ڑ": "ur", "ے": "ur", "ں": "ur",
    "ہ": "ur", "ة": "ar", "ى": "ar", "أ": "ar", "إ": "ar", "ळ": "mr",
    # Of languages that are not listed: Turkic ones, Kurdish, Pashto, Uyghur, Icelandic, Esperanto, Maltese.
    **dict.fromkeys("əқғңұүөәҳҷӣӯەۆێڕڵېۈڭۇۋړځڅښðþĉĝĥĵŝŭħġċ", "-"),
}  # fmt: skip
"""Letters, and the listed languages that write them in words of their own."""
