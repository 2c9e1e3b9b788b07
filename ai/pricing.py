"""What a call cost, by the price list of genai-prices; it never guesses: an unknown price is None, not zero."""

from decimal import Decimal

CHARACTERS_PER_TOKEN = 4  # the rule of thumb vendors publish for English; used only where a vendor reports no usage


def count_tokens(text: str) -> int:
    """An estimate, in tokens, from the length of the text; 0 for an empty text."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def cost(
    model: str, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0, *, vendor: str = "", base_url: str = ""
) -> Decimal | None:
    """Today's price in USD, or None. The vendor is named (`openai`, `anthropic`, ...) or known by its address.

    `cached_tokens` are those of the prompt that the vendor had in its cache.
    """
    # The price list takes 0.3 s to import, and a machine without a model provider never needs it.
    from genai_prices import Usage, calc_price  # noqa: PLC0415

    usage = Usage(input_tokens=prompt_tokens, cache_read_tokens=cached_tokens, output_tokens=completion_tokens)
    try:
        if vendor:
            return calc_price(usage, model, provider_id=vendor).total_price
        return calc_price(usage, model, provider_api_url=base_url).total_price
    except (LookupError, ValueError):
        return None
