"""Tables of the tokenizer: terms kept whole, words that say nothing. Data, no code; part of the model version."""

PROTECTED: dict[str, str] = {
    # form as it stands after NFKC and casefold -> the term it becomes.
    # Reason: a word analyzer turns C++, C# into "c", drops .NET, cuts Node.js at the point and reads "Power BI" and
    # "After Effects" as パワー and アフター. "R" must not be read out of R&D.
    "c++": "c++",
    "c#": "c#",
    "c♯": "c#",
    "f#": "f#",
    "c言語": "c",
    "r言語": "r",
    "r": "r",
    "go言語": "golang",
    "golang": "golang",
    "objective-c": "objective-c",
    ".net": ".net",
    "dotnet": ".net",
    ".net framework": ".net",
    "asp.net": "asp.net",
    "vb.net": "vb.net",
    "visual basic": "visual basic",
    "visual studio": "visual studio",
    "visual studio code": "vscode",
    "vs code": "vscode",
    "vscode": "vscode",
    "node.js": "node.js",
    "nodejs": "node.js",
    "next.js": "next.js",
    "nextjs": "next.js",
    "nuxt.js": "nuxt.js",
    "nuxtjs": "nuxt.js",
    "vue.js": "vue.js",
    "vuejs": "vue.js",
    "vue": "vue.js",
    "react.js": "react",
    "reactjs": "react",
    "react": "react",
    "react native": "react native",
    "three.js": "three.js",
    "d3.js": "d3.js",
    "javascript": "javascript",
    "typescript": "typescript",
    "ruby on rails": "ruby on rails",
    "rails": "ruby on rails",
    "spring boot": "spring boot",
    "power bi": "power bi",
    # These would be folded to everyday words of another sense: チーム, ガス, ルビー, ストライプ, ボックス, スプリング.
    "teams": "teams",
    "gas": "gas",
    "ruby": "ruby",
    "stripe": "stripe",
    "box": "box",
    "spring": "spring",
    "gemini": "gemini",
    "liquid": "liquid",
    "powerbi": "power bi",
    "power automate": "power automate",
    "power apps": "power apps",
    "powerapps": "power apps",
    "power query": "power query",
    "power platform": "power platform",
    "power point": "powerpoint",
    "powerpoint": "powerpoint",
    "after effects": "after effects",
    "aftereffects": "after effects",
    "premiere pro": "premiere pro",
    "final cut pro": "final cut pro",
    "adobe xd": "adobe xd",
    "excel": "excel",
    "vba": "vba",
    "google analytics": "google analytics",
    "google workspace": "google workspace",
    "google apps script": "google apps script",
    "google business profile": "google business profile",
    "looker studio": "looker studio",
    "microsoft 365": "microsoft 365",
    "office 365": "microsoft 365",
    "ms office": "ms office",
    "microsoft teams": "microsoft teams",
    "sql server": "sql server",
    "active directory": "active directory",
    "salesforce": "salesforce",
    "wordpress": "wordpress",
    "word press": "wordpress",
    "woocommerce": "woocommerce",
    "ec-cube": "ec-cube",
    "shopify": "shopify",
    "kintone": "kintone",
    "freee": "freee",
    "stable diffusion": "stable diffusion",
    "github": "github",
    "gitlab": "gitlab",
    "ci/cd": "ci/cd",
    "ui/ux": "ui/ux",
    "e-commerce": "e-commerce",
    "ecommerce": "e-commerce",
    "e-mail": "email",
    "email": "email",
    "e-learning": "e-learning",
    "elearning": "e-learning",
    "eラーニング": "e-learning",
    "wi-fi": "wi-fi",
    "wifi": "wi-fi",
    "google": "google",
    "instagram": "instagram",
    "facebook": "facebook",
    "youtube": "youtube",
    "tiktok": "tiktok",
    "zoom": "zoom",
    "slack": "slack",
    "unity": "unity",
    "swift": "swift",
    "photoshop": "photoshop",
    "illustrator": "illustrator",
}

GLUED: tuple[tuple[str, str], ...] = (("excel", "vba"),)
"""Pairs written without a space (ExcelVBA) that are still two terms: Excel VBA must meet Excel."""

# As Sudachi normalizes them: auxiliary verbs, formal nouns, courtesy. Topics (教える, 始める) stay.
_JAPANESE = """
為る 有る 在る 居る 成る 出来る 為さる 致す 御座る 下さる 頂く 貰う 呉れる 願う 思う 言う 行く 来る 見る 置く 仕舞う
欲しい 良い 無い 事 物 為 様 所 時 方 中 等 他 場合 程 訳 筈 毎 頃 内 上 下 間 際 点 迄 以下 以上 以外 何
よう こと もの とき ところ 用 版 向ける 向け とても 大変 色々 既に また 特に さらに 更に まだ もう 是非 自分
"""

# Function words after casefold, but "it", which is IT in a Japanese text. scikit-learn's own list has "system", "bill".
_ENGLISH = """
a an the and or but if then else of to in on at by for from with without into onto over under as is are was were
be been being am do does did done have has had having can could may might must shall should will would not no nor
so such than that this these those its itself he she they them their theirs we us our ours you your yours i me
my mine who whom whose which what when where why how all any both each few more most other some own same very
just also only about above after again against below between during further here there once through too up down
out off per via etc s t
"""

STOP_WORDS: frozenset[str] = frozenset((_JAPANESE + _ENGLISH).split())
