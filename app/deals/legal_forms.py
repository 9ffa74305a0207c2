"""Legal forms of companies, as normalised words. They say how a company is registered, not who it is.

Sources: the company registers of each country (SSM, AHU, ACRA, MCA, Companies House, Handelsregister, Infogreffe, ...).
"""

from __future__ import annotations

_BY_COUNTRY = {
    "ID": "pt,cv,ud,pd,fa,firma,tbk,persero,perum,perseroan terbatas,pt persero",
    "MY": "sdn bhd,sendirian berhad,sdn berhad,bhd,berhad,plt,sdn",
    "SG": "pte ltd,pte,private limited,pte limited",
    "IN": "pvt ltd,pvt,private ltd,opc,pvt limited",
    "GB": "ltd,limited,plc,llp,cic,public limited company",
    "US": "inc,incorporated,corp,corporation,llc,lp,llp,co,company,pllc,pc",
    "AU": "pty ltd,pty,pty limited,proprietary limited",
    "PH": "opc,stock corporation",
    "DE": "gmbh,ggmbh,mbh,ag,kg,ohg,ug,eg,gmbh and co kg,gmbh co kg,ug haftungsbeschrankt,se,ev,ek,kgaa",
    "FR": "sa,sarl,sas,sasu,eurl,snc,sci",
    "ES": "sl,slu,sau,sociedad limitada,sociedad anonima,sa de cv,s de rl de cv,sapi de cv",
    "IT": "spa,srl,srls,snc,sas",
    "NL": "bv,nv,vof,bvba",
    "PT": "lda,ltda,eireli,unipessoal lda",
    "DK": "as,aps,ivs",
    "SE": "ab,hb",
    "NO": "as,asa",
    "FI": "oy,oyj,ab oy",
    "PL": "sp z oo,spolka z oo,sp j",
    "CZ": "sro,as,spol sro",
    "HU": "kft,zrt,nyrt,bt",
    "TR": "as,ltd sti,anonim sirketi,limited sirketi",
    "JP": "kk,gk,kabushiki kaisha,godo kaisha,yugen kaisha,co ltd",
    "CN": "co ltd,company limited,coltd",
    "VN": "cong ty tnhh,cong ty co phan,cong ty cp,tnhh,tnhh mtv,jsc,joint stock company",
    "TH": "pcl,public company limited",
    "AE": "fze,fzco,fzc,fz llc,wll,psc,pjsc,dmcc",
    "SA": "شركه,شركة,ذ م م,ذمم,ش م م,شمم,ش م ك,شمك,ش م ع,المحدوده,محدوده",
    "RU": "ооо,оао,зао,пао,ао,ип",
}

# Written without a space before or after the name.
GLUED = (
    "股份有限公司",
    "有限责任公司",
    "有限責任公司",
    "有限公司",
    "株式会社",
    "有限会社",
    "合同会社",
    "주식회사",
    "유한회사",
    "บริษัท",
    "จำกัด",
    "มหาชน",
)

# Too likely a part of the name when they stand first ("AG Foods", "Co Operative Stores").
ONLY_LAST = frozenset(
    "as ag ab ao co company corporation se sa sl lp kk gk kg oy eg ug ev ek pc bt hb limited spa".split()
)

FORMS: frozenset[tuple[str, ...]] = frozenset(
    tuple(form.split()) for forms in _BY_COUNTRY.values() for form in forms.split(",")
)
LONGEST = max(len(form) for form in FORMS)
