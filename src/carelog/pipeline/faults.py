"""Where a chain that cannot be made is wrong."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from carelog.kit.errors import ConfigurationError
from carelog.pipeline.chains import ChainDefinition
from carelog.pipeline.link import link_class, make_link


def fault_of(chains: Mapping[str, ChainDefinition], context: Mapping[str, Any]) -> tuple[str | int, ...] | None:
    """The way to the first link, or the option of it, that `Chains` would refuse: ('chains', 'record', 'links', 1,
    'tag', 'tags'), where the option stands in the longest form that a link may be written in. None when each link by
    itself can be made."""
    for name, definition in chains.items():
        for i, link in enumerate(definition.links):
            path = ("chains", name, "links", i)
            try:
                link_class(link.name).options_model.model_validate(dict(link.options), context=dict(context))
                make_link(link.name, link.options, context)
            except ValidationError as error:
                first = error.errors(include_input=False, include_url=False)[0]
                return (*path, link.name, *first["loc"])
            except ConfigurationError:
                return (*path, link.name)
    return None
