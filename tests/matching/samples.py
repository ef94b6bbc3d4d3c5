"""Small corpora the tests share: eight professionals, three needs, a lexicon."""

from matching import Document, Lexicon, Query, SkillClaim, SkillWish

LEXICON = Lexicon(
    {
        "ec": ("ネットショップ", "ECサイト", "EC", "e-commerce", "通販サイト"),
        "excel": ("エクセル", "Excel"),
        "website": ("ホームページ", "Webサイト", "website"),
    }
)

DOCUMENTS = (
    Document(
        "p1",
        {"headline": "EC運用・Shopify構築", "experiences": ("ECサイトの立ち上げを3社で支援", "楽天市場の運営を5年")},
        (SkillClaim("ec-build", level=3, years=4.0, evidence=True), SkillClaim("sns", level=2)),
    ),
    Document(
        "p2",
        {"headline": "Excel VBAで業務改善", "skills": ("Excel", "VBA"), "summary": "サーバー管理も少しできます"},
        (SkillClaim("excel", level=4, years=10.0),),
    ),
    Document("p3", {"headline": "ホームページ制作", "summary": "WordPressで中小企業のホームページを作ります"}),
    Document("p4", {"summary": "スマホ教室の講師。高齢の方にLINEの使い方を教えます"}, (SkillClaim("smartphone"),)),
    Document("p5", {"headline": "Python/Djangoの開発", "experiences": ("C++とC#での開発", "Node.jsのAPI")}),
    Document("p6"),
    Document("p7", {"summary": "SNS運用と動画編集"}, (SkillClaim("sns", level=4), SkillClaim("video"))),
    Document("p8", {"headline": "ホームページ制作", "summary": "WordPressで中小企業のホームページを作ります"}),
)

NEEDS = (
    Query(
        "n1",
        {
            "title": "ネットショップを始めたい",
            "own_words": "インターネットの通信販売を拡大したい。エクセルの管理も大変です",
        },
        (SkillWish("ec-build", required=True, level=2, weight=2.0), SkillWish("sns", level=3), SkillWish("video")),
    ),
    Query("n2", {"title": "Webサイトを新しくしたい", "own_words": ("今のWebサイトが古い", "SNSも")}),
    Query("n3", {}, (SkillWish("smartphone", required=True, level=1),)),
)
