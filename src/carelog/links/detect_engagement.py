"""`detect_engagement`: has a language model say whether both sides spoke; the answer becomes a tag."""

from pydantic import Field

from carelog.conversations import Conversation
from carelog.links.asking import AskingLink, AskingOptions, Finding


class DetectEngagementOptions(AskingOptions):
    """`prompt` asks for 'true' or 'false'; `tag_name` is the tag that gets it."""

    prompt: str = Field(
        default="Did both sides of this conversation speak? Answer with the one word 'true' or 'false'.",
        min_length=1,
    )
    tag_name: str = Field(default="engagement", pattern=r"^\s*[^\s:][^:]*$")
    analysis_type: str = "engagement_analysis"


class DetectEngagementLink(AskingLink[DetectEngagementOptions]):
    """Keeps the answer as an analysis too. What is neither 'true' nor 'false' is no answer."""

    options_model = DetectEngagementOptions
    name = "detect_engagement"

    def question(self, text: str) -> str:
        return f"{self.options.prompt}\n\n{text}"

    def finding(self, answer: str, conversation: Conversation) -> Finding | None:
        said = answer.strip().strip(".'\"`").lower()
        return Finding(said, {self.options.tag_name: said}) if said in ("true", "false") else None
