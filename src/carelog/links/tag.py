"""`tag`: gives the conversation tags."""

from pydantic import Field, field_validator

from carelog.pipeline import AddTags, Link, LinkOptions, Outcome, Work


class TagOptions(LinkOptions):
    """`tags` are 'name:value' pairs; a name alone stands for 'name:name'."""

    tags: tuple[str, ...] = Field(min_length=1)

    @field_validator("tags")
    @classmethod
    def _named(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        if not all(tag.partition(":")[0].strip() for tag in tags):
            raise ValueError("a tag needs a name")
        return tags

    def pairs(self) -> dict[str, str]:
        split = [tag.partition(":") for tag in self.tags]
        return {name.strip(): (value if colon else name).strip() for name, colon, value in split}


class TagLink(Link[TagOptions]):
    """Adds the tags of its options."""

    options_model = TagOptions

    def __init__(self, options: TagOptions) -> None:
        super().__init__(options)
        self._outcome = Outcome(changes=(AddTags(options.pairs()),))

    async def run(self, work: Work) -> Outcome:
        return self._outcome
