"""Words: the places, sectors and syllables that invented companies are named with."""

from typing import NamedTuple


class City(NamedTuple):
    """A Chinese city: both names, its part of the country, its division code (GB/T 2260)."""

    zh: str
    en: str
    region: str
    code: str


class Country(NamedTuple):
    """Where foreign customers sit: region, legal form, owner of the account, language of trade."""

    code: str
    region: str
    form: str
    owner: str
    words: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((sign, sound) for sign, _, sound in (word.partition(":") for word in text.split()))


CITIES = tuple(
    City(*row.split())
    for row in """
    宁波 Ningbo 华东 330200|杭州 Hangzhou 华东 330100|温州 Wenzhou 华东 330300
    嘉兴 Jiaxing 华东 330400|台州 Taizhou 华东 331000|苏州 Suzhou 华东 320500
    无锡 Wuxi 华东 320200|常州 Changzhou 华东 320400|南通 Nantong 华东 320600
    南京 Nanjing 华东 320100|上海 Shanghai 华东 310115|合肥 Hefei 华东 340100
    芜湖 Wuhu 华东 340200|厦门 Xiamen 华东 350200|泉州 Quanzhou 华东 350500
    青岛 Qingdao 华东 370200|济南 Jinan 华东 370100|烟台 Yantai 华东 370600
    潍坊 Weifang 华东 370700|南昌 Nanchang 华东 360100|广州 Guangzhou 华南 440100
    深圳 Shenzhen 华南 440300|佛山 Foshan 华南 440600|东莞 Dongguan 华南 441900
    中山 Zhongshan 华南 442000|南宁 Nanning 华南 450100|北京 Beijing 华北 110108
    天津 Tianjin 华北 120116|石家庄 Shijiazhuang 华北 130100|太原 Taiyuan 华北 140100
    武汉 Wuhan 华中 420100|长沙 Changsha 华中 430100|株洲 Zhuzhou 华中 430200
    郑州 Zhengzhou 华中 410100|洛阳 Luoyang 华中 410300|成都 Chengdu 西南 510100
    重庆 Chongqing 西南 500112|绵阳 Mianyang 西南 510700|昆明 Kunming 西南 530100
    西安 Xi'an 西北 610100|兰州 Lanzhou 西北 620100|沈阳 Shenyang 东北 210100
    大连 Dalian 东北 210200|长春 Changchun 东北 220100
    """.strip().replace("\n", "|").split("|")
)  # fmt: skip

# Two characters make a brand. They are chosen to sound like a company and to be rare together.
BRAND_FIRST = _pairs(
    "瀚:han 澜:lan 岚:lan 珞:luo 翎:ling 霁:ji 沐:mu 昀:yun 煦:xu 澈:che 崧:song 砚:yan "
    "泓:hong 钰:yu 骞:qian 峤:qiao 皓:hao 稷:ji 琅:lang 榕:rong 榆:yu 槿:jin 枫:feng 鹭:lu "
    "隼:sun 麒:qi 朔:shuo 暄:xuan 曦:xi 璟:jing 珩:heng 琢:zhuo 铄:shuo 锴:kai 铭:ming "
    "钧:jun 辰:chen 弘:hong"
)
BRAND_SECOND = _pairs(
    "川:chuan 禾:he 岳:yue 屿:yu 舟:zhou 谷:gu 原:yuan 桥:qiao 松:song 岭:ling 汀:ting "
    "弦:xian 野:ye 洲:zhou 帆:fan 石:shi 林:lin 泽:ze 尧:yao 衡:heng 舜:shun 陵:ling 翼:yi "
    "柏:bai 渡:du 峰:feng 图:tu 域:yu 钦:qin 瑜:yu 楚:chu 垣:yuan"
)

# What a company does, per sector: Chinese and English words that say the same.
TRADES_ZH: dict[str, tuple[tuple[str, str], ...]] = {
    "machinery": (("精密机械", "Precision Machinery"), ("数控装备", "CNC Equipment"),
                  ("重工", "Heavy Industries"), ("自动化设备", "Automation Equipment")),
    "electronics": (("电子科技", "Electronics Technology"), ("光电", "Optoelectronics"),
                    ("半导体", "Semiconductor"), ("电子元件", "Electronic Components")),
    "chemicals": (("化工", "Chemical"), ("新材料", "New Materials"), ("涂料", "Coatings"),
                  ("精细化工", "Fine Chemicals")),
    "textiles": (("纺织", "Textile"), ("服饰", "Apparel"), ("针织", "Knitting"),
                 ("家纺", "Home Textiles")),
    "food": (("食品", "Food"), ("粮油", "Grain and Oil"), ("饮品", "Beverage"),
             ("冷链食品", "Chilled Food")),
    "construction": (("建设工程", "Construction Engineering"), ("建材", "Building Materials"),
                     ("装饰工程", "Decoration Engineering"), ("钢结构", "Steel Structures")),
    "automotive": (("汽车零部件", "Auto Parts"), ("车辆配件", "Vehicle Components"),
                   ("新能源汽车部件", "New Energy Vehicle Parts"), ("汽车内饰", "Auto Interiors")),
    "pharma": (("医药", "Pharmaceutical"), ("生物制药", "Biopharmaceutical"),
               ("医疗器械", "Medical Devices"), ("中药", "Traditional Medicine")),
    "retail": (("商贸", "Trading"), ("百货", "Department Stores"), ("供应链", "Supply Chain"),
               ("电子商务", "E-Commerce")),
    "logistics": (("物流", "Logistics"), ("国际货运", "International Freight"),
                  ("仓储", "Warehousing"), ("冷链物流", "Cold Chain Logistics")),
}  # fmt: skip
SECTORS = tuple(TRADES_ZH)

COUNTRIES_USD = (
    (Country("US", "North America", "Inc.", "sales.miller", "en"), 40),
    (Country("HK", "Asia-Pacific", "Ltd", "sales.tan", "en"), 18),
    (Country("SG", "Asia-Pacific", "Pte. Ltd", "sales.tan", "en"), 14),
    (Country("GB", "Europe", "Ltd", "sales.clarke", "en"), 14),
    (Country("MX", "Latin America", "S.A. de C.V.", "sales.ortega", "es"), 8),
    (Country("AE", "Middle East", "L.L.C.", "sales.haddad", "en"), 6),
)
COUNTRIES_EUR = (
    (Country("DE", "Europe", "GmbH", "sales.keller", "de"), 34),
    (Country("IT", "Europe", "S.p.A.", "sales.rossi", "it"), 19),
    (Country("FR", "Europe", "S.A.", "sales.laurent", "fr"), 17),
    (Country("NL", "Europe", "B.V.", "sales.keller", "en"), 14),
    (Country("ES", "Europe", "S.A.", "sales.ortega", "es"), 11),
    (Country("AT", "Europe", "GmbH", "sales.keller", "de"), 5),
)

# In the order of SECTORS, per language of trade.
TRADES_ABROAD: dict[str, tuple[tuple[str, ...], ...]] = {
    "en": (("Machinery", "Tooling"), ("Electronics", "Circuits"), ("Chemicals", "Coatings"),
           ("Textiles", "Apparel"), ("Foods", "Provisions"), ("Construction", "Building Supply"),
           ("Automotive", "Auto Components"), ("Pharma", "Medical"), ("Retail", "Stores"),
           ("Logistics", "Freight")),
    "de": (("Maschinenbau", "Werkzeugtechnik"), ("Elektronik", "Messtechnik"),
           ("Chemie", "Lacke"), ("Textil", "Webtechnik"), ("Lebensmittel", "Feinkost"),
           ("Bau", "Baustoffe"), ("Fahrzeugtechnik", "Autoteile"), ("Pharma", "Medizintechnik"),
           ("Handel", "Warenhaus"), ("Logistik", "Spedition")),
    "it": (("Meccanica", "Utensili"), ("Elettronica", "Circuiti"), ("Chimica", "Vernici"),
           ("Tessuti", "Moda"), ("Alimentari", "Conserve"), ("Costruzioni", "Edilizia"),
           ("Autoricambi", "Motori"), ("Farmaceutica", "Biomedica"), ("Commercio", "Empori"),
           ("Trasporti", "Logistica")),
    "fr": (("Mécanique", "Outillage"), ("Électronique", "Composants"), ("Chimie", "Peintures"),
           ("Textile", "Confection"), ("Alimentaire", "Épicerie"), ("Construction", "Matériaux"),
           ("Automobile", "Équipements Auto"), ("Pharmacie", "Santé"), ("Distribution", "Comptoir"),
           ("Transports", "Fret")),
    "es": (("Maquinaria", "Herramientas"), ("Electrónica", "Componentes"), ("Química", "Pinturas"),
           ("Textiles", "Confecciones"), ("Alimentos", "Conservas"), ("Construcciones", "Aceros"),
           ("Autopartes", "Automoción"), ("Farmacéutica", "Biomédica"), ("Comercial", "Almacenes"),
           ("Logística", "Transportes")),
}  # fmt: skip

SYLLABLES_FIRST = _words(
    "Bral Cor Dren El Fal Gren Hol Is Jor Kel Lor Mar Nor Ol Pel Quin Ros Stel Tren Ul Ver Wes "
    "Yar Zel Ald Bren Cal Dor Est Fen Gal Har"
)
SYLLABLES_MIDDLE = _words("a e i o en an or ar el")
SYLLABLES_LAST = _words(
    "bach berg dale dorf ford gard holm lund mont more nova ridge stad stone thal vale vant "
    "ville wick wood worth zen tori velli bruck mere"
)

OWNERS_CN = ("sales.chen", "sales.wang", "sales.liu", "sales.zhao", "sales.sun", "sales.lin")

# Monthly shipments in percent of an average month, January to December. February is the
# Spring Festival lull; food and retail peak before it and before the autumn festivals.
SEASONS: dict[str, tuple[int, ...]] = {
    "machinery": (92, 72, 112, 108, 102, 100, 94, 94, 106, 100, 106, 114),
    "electronics": (88, 72, 98, 98, 98, 100, 102, 110, 118, 110, 112, 94),
    "chemicals": (94, 78, 114, 112, 104, 98, 94, 96, 104, 102, 104, 100),
    "textiles": (86, 66, 106, 110, 98, 88, 92, 112, 122, 118, 108, 94),
    "food": (136, 84, 88, 90, 94, 96, 98, 106, 124, 92, 92, 100),
    "construction": (66, 52, 96, 114, 122, 118, 108, 108, 116, 112, 104, 84),
    "automotive": (96, 74, 108, 104, 98, 96, 88, 90, 110, 108, 114, 114),
    "pharma": (104, 90, 102, 100, 98, 96, 96, 96, 102, 102, 104, 110),
    "retail": (124, 74, 84, 88, 94, 104, 84, 88, 104, 112, 136, 108),
    "logistics": (100, 70, 98, 98, 100, 104, 96, 98, 106, 104, 118, 108),
}
