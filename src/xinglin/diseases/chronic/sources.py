"""What the chronic card rests on: each source with what was opened of it."""

from __future__ import annotations

from xinglin.records.simulation import CardSource

SOURCES = {
    "prevent": CardSource(
        "Khan SS et al. Development and validation of the American Heart Association's PREVENT equations. Circulation 2024;149:430-449",
        "10.1161/CIRCULATIONAHA.123.067626",
        "labordynamicsinstitute/ssc-mirror fmwww.bc.edu/repec/bocode/p/prevent10i.ado (Stata code of the base equations, A Linden 2024)",
        2024,
    ),
    "ckd_epi": CardSource(
        "Inker LA et al. New creatinine- and cystatin C-based equations to estimate GFR without race. N Engl J Med 2021;385:1737-1749",
        "10.1056/NEJMoa2102953",
        "https://kidney.org/ckd-epi-creatinine-equation-2021",
        2021,
    ),
    "friedewald": CardSource(
        "Friedewald WT et al. Estimation of the concentration of LDL cholesterol. Clin Chem 1972;18:499-502", "", "", 1972
    ),
    "adag": CardSource(
        "Nathan DM et al. Translating the A1C assay into estimated average glucose values. Diabetes Care 2008;31:1473-1478",
        "10.2337/dc08-0545",
        "https://id.scribd.com/document/242728462 (abstract of the paper)",
        2008,
    ),
    "sharing": CardSource(
        "Table 5, correlation of the components of the metabolic syndrome. Cancer Epidemiol Biomarkers Prev 2009;18:1134-1143",
        "10.1158/1055-9965.EPI-08-1015",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC2737414/table/T5",
        2009,
    ),
    "monica": CardSource(
        "WHO MONICA Population Survey Data Book, table 6.1.2, systolic pressure, Spain-Catalonia, final survey",
        "",
        "http://www.ktl.fi/publications/monica/surveydb/bp/table612_spa-cata.htm",
        2000,
    ),
    "nhsr35": CardSource(
        "Wright JD et al. Mean systolic and diastolic blood pressure in adults, United States, 2001-2008. Natl Health Stat Report 35, 2011",
        "",
        "https://info.5y1.org/normal-blood-pressure-by-age_1_1d2dc0.html (abstract)",
        2011,
    ),
    "nhsr122": CardSource(
        "Fryar CD et al. Mean body weight, height, waist circumference and BMI among adults, United States, 1999-2000 through 2015-2016. "
        "Natl Health Stat Report 122, 2018",
        "",
        "https://www.kivitv.com/news/national/are-you-heavier-or-shorter-than-the-average-american and "
        "https://www.rfi.fr/en/contenu/20181220-americans-have-grown-fatter-shorter-1999-us-data (its figures)",
        2018,
    ),
    "nhanes_lipids": CardSource(
        "Table 1, sample characteristics, NHANES II to 1999-2004. J Health Soc Behav 2009;50:245-260",
        "10.1177/002214650905000301",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC2885132/table/T1",
        2009,
    ),
    "dga_lipids": CardSource(
        "Scientific Report of the 2015 Dietary Guidelines Advisory Committee, appendix E-2.18, total and HDL cholesterol, NHANES 2009-2012",
        "",
        "http://health.gov/dietaryguidelines/2015-scientific-report/data-table-16.asp",
        2015,
    ),
    "nhsr158": CardSource(
        "NHANES 2017-March 2020 estimates, Natl Health Stat Report 158, table 8, diabetes in adults aged 20 and over",
        "",
        "https://780928.6x2rp.group/books/NBK606854/table/nhsr158.nhsreport158.t8 (copy of the NCBI bookshelf table)",
        2021,
    ),
    "jilin": CardSource(
        "Ye J et al. Quantile-specific associations of blood pressure with its risk factors, Jilin 2012 (16,524 adults). Sci Rep 2017;7",
        "10.1038/s41598-017-14045-0",
        "https://www.ai-bt.com/si.php?db=pubmed&id=29051578 (table 1)",
        2017,
    ),
    "cdc_smoking": CardSource(
        "Tobacco product use among adults, United States, 2020 (CDC)",
        "",
        "https://demomemo.blogspot.com/2022/03/millions-still-smoke-cigarettes.html (its figures)",
        2022,
    ),
    "china_smoking": CardSource(
        "Share of adults who smoke in China, by sex (Global Adult Tobacco Survey)",
        "",
        "https://calendar-australia.com/faq/what-percentage-of-chinese-smoke (its figures)",
        2018,
    ),
    "carrs": CardSource(
        "Estimated glomerular filtration rate trajectories in South Asians (CARRS, 7,779 adults). Lancet Reg Health Southeast Asia 2022",
        "10.1016/j.lansea.2022.100062",
        "https://www.thelancet.com/journals/lansea/article/PIIS2772-3682(22)00078-6/fulltext (abstract)",
        2022,
    ),
    "ghs": CardSource(
        "Decline of glomerular filtration rate over five years, Gutenberg Health Study. Sci Rep 2021;11",
        "10.1038/s41598-021-89442-7",
        "https://www.nature.com/articles/s41598-021-89442-7 (introduction)",
        2021,
    ),
    "aric": CardSource(
        "Diabetes and trajectories of estimated glomerular filtration rate, ARIC, 15,517 people over 26 years. Diabetes Care 2018;41:1646",
        "",
        "https://diabetesjournals.org/care/article/41/8/1646/36367 (abstract)",
        2018,
    ),
    "t2d_kidney": CardSource(
        "Predictors of the annual decline of eGFR in type 2 diabetes with preserved kidney function, 1,682 people (CJASN)",
        "",
        "https://cjasn.asnjournals.org/node/1992.full.print (summary)",
        2012,
    ),
    "life_table": CardSource(
        "US Social Security actuarial period life table (probability of death by age and sex)",
        "",
        "lord/mortalitab js/actuarial.js at 1c7d4a3fd666 (ages 40 to 95, logarithm of the rate fitted by a line)",
        2014,
    ),
    "erfc": CardSource(
        "Emerging Risk Factors Collaboration. Association of cardiometabolic multimorbidity with mortality. JAMA 2015;314:52-60",
        "10.1001/jama.2015.7008",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC4664176 (abstract)",
        2015,
    ),
    "jha": CardSource(
        "Jha P et al. 21st-century hazards of smoking and benefits of cessation in the United States. N Engl J Med 2013;368:341-350",
        "10.1056/NEJMsa1211128",
        "https://pubmed.ncbi.nlm.nih.gov/23343063 (abstract)",
        2013,
    ),
    "law": CardSource(
        "Law MR et al. Value of low dose combination treatment with blood pressure lowering drugs: 354 randomised trials. BMJ 2003;326:1427",
        "10.1136/bmj.326.7404.1427",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC162261 (abstract)",
        2003,
    ),
    "ettehad": CardSource(
        "Ettehad D et al. Blood pressure lowering for prevention of cardiovascular disease and death. Lancet 2016;387:957-967",
        "10.1016/S0140-6736(15)01225-8",
        "https://ja.scribd.com/document/309449582/The-Lancet (summary)",
        2016,
    ),
    "ctt": CardSource(
        "Cholesterol Treatment Trialists. More intensive lowering of LDL cholesterol: 170,000 participants in 26 trials. Lancet 2010;376:1670",
        "10.1016/S0140-6736(10)61350-5",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC2988224 (summary)",
        2010,
    ),
    "ctt2012": CardSource(
        "Cholesterol Treatment Trialists. Statin therapy in people at low risk: 27 trials. Lancet 2012;380:581-590",
        "10.1016/S0140-6736(12)60367-5",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC3437972 (summary)",
        2012,
    ),
    "diabetes_in_america": CardSource(
        "Menke A et al. Physical and metabolic characteristics of persons with diabetes and prediabetes. Diabetes in America, chapter 9",
        "",
        "https://vdocuments.mx/chapter-9-physical-and-metabolic-characteristics (summary: HbA1c 7.4 % beside fasting glucose 153 mg/dL)",
        2018,
    ),
    "hirst": CardSource(
        "Hirst JA et al. Quantifying the effect of metformin treatment and dose on glycemic control. Diabetes Care 2012;35:446-454",
        "10.2337/dc11-1465",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC3263873 (abstract)",
        2012,
    ),
    "triglycerides": CardSource(
        "Trends in elevated triglyceride in adults, 2001-2012 (NCHS data brief 198); geometric mean 2013-2014 (Rosinger A et al. 2017)",
        "",
        "http://www.cdc.gov/nchs/products/databriefs/db198.htm (28.7 % of men, 21.5 % of women, 25.1 % of all) and "
        "https://www.beckershospitalreview.com/population-health/cholesterol-triglyceride-levels-continue-to-decline-in-the-us-3-insights.html",
        2015,
    ),
    "rotterdam": CardSource(
        "Mosterd A et al. The prognosis of heart failure in the general population: the Rotterdam Study. Eur Heart J 2001;22:1318-1327",
        "10.1053/euhj.2000.2533",
        "https://repub.eur.nl/pub/12933 (abstract)",
        2001,
    ),
    "project": CardSource("A choice of this model: no source gives the number", "", "", 2026),
}
