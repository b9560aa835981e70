"""The configuration that Carelog starts with: what was posted last, else what the files say."""

from carelog.app.ground import Ground
from carelog.app.made import Made
from carelog.conserver.in_force import ConfigurationInForce, configured_by_posted
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.configuration import PostedConfigurations


async def put_in_force(ground: Ground) -> tuple[ConfigurationInForce[Made], ChainBook]:
    """Raises ConfigurationError."""
    own, made, storages = ground.configured, ground.made, ground.storages
    posted = PostedConfigurations(ground.health, ground.clock)
    newest = await posted.newest()
    current = configured_by_posted(newest, own) if newest else own
    if newest:
        made = current.made(ground.make)
        await storages.replace(made.storages)
    chains = ChainBook(made.chains, ground.health, ground.clock)
    await chains.record()

    async def put(made: Made) -> None:
        await chains.replace(made.chains)
        await storages.replace(made.storages)

    return ConfigurationInForce(own, current, posted, make=ground.make, put=put), chains
