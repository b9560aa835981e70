"""The links of the conserver, and what they are here."""

from collections.abc import Mapping
from typing import Any, Final

from carelog.conserver.rules import Asks, Option, Rule, dropped, kept
from carelog.conserver.storage_rules import WEBHOOK_SECRET
from carelog.conserver.vendors import OPTIONS as VENDOR_OPTIONS


def _diet(options: dict[str, Any]) -> dict[str, Any]:
    if options.pop("s3_bucket", None):
        raise ValueError("s3_bucket: give a store as post_media_to_url instead")
    return options


def _removes_nothing(options: Mapping[str, Any]) -> bool:
    return not any(value for key, value in options.items() if key.startswith("remove_"))


def _not_below_zero(seconds: Any) -> Any:
    return max(0, seconds) if isinstance(seconds, int | float) else seconds


def _webhook(options: dict[str, Any]) -> dict[str, Any]:
    if options.pop("headers", None):
        raise ValueError("headers are not sent: a webhook here proves itself by its signature")
    return {**options, "secret_env": WEBHOOK_SECRET}


def _posts_to_nobody(options: Mapping[str, Any]) -> bool:
    return not options.get("urls")


def _routes_nothing(options: Mapping[str, Any]) -> bool:
    return not options.get("tag_routes")


def _given(text: Any) -> Any:
    """None, which is as good as left out, for a text that says nothing."""
    return text or None


def _of_each_dialog(options: dict[str, Any]) -> dict[str, Any]:
    return {**options, "per_dialog": True}


def _by_its_own_temperature(options: dict[str, Any]) -> dict[str, Any]:
    """The models that this link is made for take no temperature."""
    return {**_of_each_dialog(options), "temperature": None}


def _transcribe(options: dict[str, Any]) -> dict[str, Any]:
    """OpenAI's newer models give the text alone, without times (https://platform.openai.com/docs/guides/speech-to-text)."""
    model = str(options.get("model", ""))
    if model.startswith("gpt-"):
        return {**options, "format": "json", "words": False}
    return options


_ASKING: Final[Mapping[str, Option]] = {
    **kept("analysis_type", "model", "sampling_rate", "temperature", "source", "only_if"),
    "prompt": Option("prompt", _given),
    "system_prompt": Option("system_prompt", _given),
    **dropped("response_format", "remove_body_properties", "send_ai_usage_data_to_url"),
    "ai_usage_api_token": Option(secret=True),
    **VENDOR_OPTIONS,
}
_CHECKING: Final[Mapping[str, Option]] = {
    **kept("analysis_type", "model", "sampling_rate", "source", "only_if"),
    **kept("evaluation_question", "tag_name", "tag_value"),
    **dropped("response_format", "verbosity", "minimal_reasoning", "send_ai_usage_data_to_url"),
    "ai_usage_api_token": Option(secret=True),
    **VENDOR_OPTIONS,
}
_TRANSCRIBING: Final[Mapping[str, Option]] = {
    **kept("vendor", "model", "language", "minimum_duration"),
    **dropped("model_size", "output_options", "minimum_confidence", "Content-Type", "max_chunk_duration"),
    **dropped("use_silence_chunking", "silence_thresh", "silence_len", "diarize", "punctuate"),
    **VENDOR_OPTIONS,
}

TRANSCRIBERS: Final[Mapping[str, str | None]] = {
    "links.transcribe": None,
    "links.openai_transcribe": "openai",
    "links.groq_whisper": "groq",
    "links.hugging_face_whisper": "hugging_face",
    "links.deepgram_link": "deepgram",
}
"""Modules that transcribe, with the vendor of those that have but one."""

TRANSCRIBER_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "openai": {"model": "gpt-4o-transcribe", "language": "en", "minimum_duration": 3},
    "groq": {"model": "whisper-large-v3-turbo", "minimum_duration": 30},
    "deepgram": {"model": "nova-3", "minimum_duration": 60},
}
"""What the conserver takes where nothing is said, by vendor."""

LINKS: Final[Mapping[str, Rule]] = {
    "links.analyze": Rule("analyze", _ASKING, finish=_of_each_dialog, asks=Asks("openai", "gpt-3.5-turbo-16k")),
    "links.analyze_vcon": Rule(
        "analyze",
        _ASKING,
        defaults={
            "prompt": "Read this conversation and answer with a JSON object of what it says.",
            "analysis_type": "json_analysis",
        },
        asks=Asks("openai", "gpt-3.5-turbo-16k"),
    ),
    "links.analyze_and_label": Rule(
        "analyze_and_label", _ASKING, finish=_of_each_dialog, asks=Asks("openai", "gpt-4-turbo")
    ),
    "links.check_and_tag": Rule(
        "check_and_tag", _CHECKING, finish=_by_its_own_temperature, asks=Asks("openai", "gpt-5")
    ),
    "links.detect_engagement": Rule(
        "detect_engagement", _ASKING, finish=_of_each_dialog, asks=Asks("openai", "gpt-4.1")
    ),
    "links.transcribe": Rule("transcribe", _TRANSCRIBING, finish=_transcribe, asks=Asks("whisper_builtin")),
    "links.delay": Rule("delay", {"seconds": Option("seconds", _not_below_zero)}, defaults={"seconds": 5}),
    "links.diet": Rule(
        "diet",
        {
            **kept("remove_dialog_body", "remove_analysis", "remove_attachment_types", "remove_system_prompts"),
            **kept("s3_bucket"),
            "post_media_to_url": Option("post_media_to_url", _given),
            **dropped("s3_path", "aws_region", "presigned_url_expiration"),
            **{name: Option(secret=True) for name in ("aws_access_key_id", "aws_secret_access_key")},
        },
        finish=_diet,
        idle=_removes_nothing,
    ),
    "links.expire_vcon": Rule("expire", kept("seconds"), defaults={"seconds": 24 * 3600}),
    "links.jq_link": Rule("jq", kept("filter", "forward_matches"), defaults={"filter": "."}),
    "links.sampler": Rule("sampler", kept("method", "value", "seed")),
    "links.tag": Rule("tag", kept("tags")),
    "links.tag_router": Rule("tag_router", kept("tag_routes", "forward_original"), idle=_routes_nothing),
    "links.webhook": Rule(
        "webhook",
        {"webhook-urls": Option("urls"), "headers": Option("headers", secret=True)},
        finish=_webhook,
        idle=_posts_to_nobody,
    ),
}
"""By the conserver's module. What it has besides (post_analysis_to_slack, hugging_llm_link, datatrails, scitt, and
whatever `imports` names) has no counterpart."""
