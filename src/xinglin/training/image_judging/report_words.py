"""The words of the report of a generator and of the reader test, English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

AREAS: Mapping[str, Mapping[str, str]] = {
    "en": {"fidelity": "Fidelity", "variety": "Variety", "privacy": "Privacy", "utility": "Utility", "robustness": "Robustness"},
    "zh": {"fidelity": "保真度", "variety": "多样性", "privacy": "隐私", "utility": "效用", "robustness": "稳健性"},
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "lang": "en", "title": "How good is {model}?",
        "label": "AI-generated content: the pictures marked 'made' are synthetic and show nobody.",
        "inside": "This page also shows real pictures. It is for use inside the house that holds them, and must not be passed on.",
        "lead": "{made:,} made pictures beside {real:,} real ones of the set {set}. Not a clinical validation.",
        "gates": "Gates", "gate": "gate", "passed": "passed", "failed": "NOT PASSED",
        "not proven": "passed, not proven", "not measurable": "not measurable, NOT PASSED", "score": "score", "value": "made (95 %)",
        "floor": "real against real (95 %)", "better": "better", "lower": "lower", "higher": "higher", "half": "near 0.5", "count": "count",
        "about": "what it is", "real": "real", "made": "made", "sheet_real": "Real pictures", "sheet_made": "Made pictures",
        "nearest": "Made pictures (upper) nearest to a learnt-from one (lower)",
        "nearest_note": "Below 1.00 a picture counts as a near-copy. The made picture and the learnt-from one, mirrored where it was found so.",
        "spectrum": "Spectrum", "spectrum_axes": "cycles per picture; dB", "histogram": "Values", "histogram_axes": "{unit}; share",
        "groups": "By group of real pictures", "group": "group", "notes": "Notes", "set": "set", "seed": "seed {seed}",
    },
    "zh": {
        "lang": "zh-CN", "title": "{model} 生成质量评价",
        "label": "人工智能生成内容：标为“生成”的图像均为合成，不对应任何真实的人。",
        "inside": "本页同时含有真实图像，仅供持有这些图像的机构内部使用，不得外传。",
        "lead": "{made:,} 幅生成图像与数据集 {set} 的 {real:,} 幅真实图像相比较。未经临床验证。",
        "gates": "门槛", "gate": "门槛值", "passed": "通过", "failed": "未通过",
        "not proven": "通过，未获证实", "not measurable": "无法测量，未通过", "score": "指标", "value": "生成（95%区间）",
        "floor": "真实对真实（95%区间）", "better": "更优", "lower": "越低", "higher": "越高", "half": "接近0.5", "count": "数量",
        "about": "含义", "real": "真实", "made": "生成", "sheet_real": "真实图像", "sheet_made": "生成图像",
        "nearest": "与学习用图像（下）最接近的生成图像（上）",
        "nearest_note": "低于1.00视为近似复制。若在镜像中找到，则学习用图像以镜像显示。",
        "spectrum": "频谱", "spectrum_axes": "每幅图像周期数；分贝", "histogram": "像素值", "histogram_axes": "{unit}；占比",
        "groups": "按真实图像分组", "group": "组别", "notes": "说明", "set": "数据集", "seed": "种子 {seed}",
    },
}  # fmt: skip
CHINESE_NAMES: Mapping[str, str] = {
    "Fréchet radiomics distance": "Fréchet 影像组学距离", "Fréchet encoder distance": "Fréchet 编码器距离", "kernel distance (KID), encoder": "核距离（KID，编码器）",
    "precision": "精确率", "precision, encoder": "精确率（编码器）", "density": "密度", "spectrum distance (dB)": "频谱距离（分贝）", "histogram distance": "直方图距离",
    "mask obeyed": "掩膜符合度", "pictures": "图像数", "recall": "召回率", "recall, encoder": "召回率（编码器）", "coverage": "覆盖率", "MS-SSIM among pictures": "图像间 MS-SSIM", "near-copies": "近似复制数",
    "planted copies caught": "植入复制的检出率", "planted copies changed in several ways, caught": "多重改动植入复制的检出率",
    "false alarms among held-out people": "留出人群误报率", "membership inference AUC": "成员推断 AUC", "membership inference AUC, encoder": "成员推断 AUC（编码器）",
    "membership inference AUC, loss": "成员推断 AUC（损失）", "membership TPR at 1 % FPR": "成员推断 1% 假阳性率下的真阳性率",
    "membership TPR at 1 % FPR, encoder": "成员推断 1% 假阳性率下的真阳性率（编码器）", "membership TPR at 1 % FPR, loss": "成员推断 1% 假阳性率下的真阳性率（损失）",
    "Fréchet radiomics distance to real pictures made noisier": "与加噪真实图像的 Fréchet 影像组学距离",
    "Fréchet radiomics distance to real pictures made of lower dose": "与降剂量真实图像的 Fréchet 影像组学距离",
    "Fréchet radiomics distance to real pictures made coarser": "与降分辨率真实图像的 Fréchet 影像组学距离",
}  # fmt: skip
READER: Mapping[str, Mapping[str, str]] = {
    "en": {
        "lang": "en", "title": "Real or made?", "label": "AI-generated content: some of these pictures are synthetic and show nobody.",
        "inside": "Others are real. For use inside the house that holds them.",
        "how": "Look at each picture and say what you think. You cannot go back. At the end your answers can be saved as a file.",
        "name": "Your name or sign", "start": "Begin", "of": "of", "done": "Thank you. Save the file and hand it in.", "save": "Save answers",
        "1": "surely real", "2": "rather real", "3": "rather made", "4": "surely made", "keys": "Keys 1 to 4",
    },
    "zh": {
        "lang": "zh-CN", "title": "真实还是生成？", "label": "人工智能生成内容：其中部分图像为合成，不对应任何真实的人。",
        "inside": "其余为真实图像，仅供持有这些图像的机构内部使用。",
        "how": "请逐幅查看并作出判断，不能返回。结束后可将答案保存为文件。",
        "name": "姓名或代号", "start": "开始", "of": "/", "done": "谢谢。请保存文件并交回。", "save": "保存答案",
        "1": "肯定真实", "2": "可能真实", "3": "可能生成", "4": "肯定生成", "keys": "按键 1 至 4",
    },
}  # fmt: skip


CHINESE_NOTES: Mapping[str, str] = {
    "Fidelity and variety are measured at equal counts; the floor is the same measured between two halves of the real people.": "保真度与多样性均在相同数量下测量；对照值为两半真实人群之间的同一测量。",
    "Numbers of the encoder and of texture hold for this version of the counting and cannot be compared with other programs' distances.": "编码器与影像组学数值仅适用于本版本的计算方法，不可与其他程序的距离比较。",
    "Too few held-out people to say whether pictures were copied: privacy was not measured.": "留出人群过少，无法判断是否存在复制：未测量隐私指标。",
    "Near-copies are not measurable here: at this size and likeness planted copies stand out no more than pictures of other people do. That none was found says nothing; the gate is not passed.": "此处无法测量近似复制：在此尺寸与相似程度下，植入复制并不比他人图像更突出。未发现复制不说明任何问题；该门槛不予通过。",
}  # fmt: skip


def note_in(note: str, language: str) -> str:
    """A note of a judgement in a language."""
    return CHINESE_NOTES.get(note, note) if language == "zh" else note


def name_in(name: str, language: str) -> str:
    """A score's name in a language; what has no Chinese name keeps its own."""
    if language != "zh":
        return name
    known, mark, label = name.partition(": ")
    return CHINESE_NAMES.get(name) or (f"{CHINESE_NAMES[known]}：{label}" if mark and known in CHINESE_NAMES else name)
