"""From English to an edit plan: ``parse("make the car red, then slow it down to half speed")``.

Pure Python, milliseconds, no model. What each step may hold stands in :mod:`lbvedit.language.operators`.

The way of a sentence, by the files that it goes through:

=============  =======================================================================================
words          ``lists``, ``tokens``, ``vocabulary`` and ``spelling``: marks of lists off, tokens, slips mended
sentence       ``preparation`` (with ``numerals``, ``degrees``, ``negations``, ``notation``, ``roundabout``,
               ``ellipses``, ``corrections``), ``reasons``, ``pointing``, ``times`` (``durations``): put in order
clauses        ``grammar`` divides it, ``manners`` come off, ``clauses`` finds the verb; ``wishes``,
               ``qualities`` and ``complaints`` do without one, ``mending`` mends what is complained of, ``remarks``
               ask for nothing
frames         one file a family of verbs: what may follow each, read by ``targets``, ``amounts``,
               ``complements``, ``imagined``, ``colors`` and ``sparing``
targets        a thing by its name (``nouns``), the whole or the rest (``wholes``), all but something (``sparing``), a
               pronoun (``pronouns``); nothing that holds another order (``orders``)
steps          ``drafts`` of one clause become steps in ``resolve``: what joined clauses share (``sharing``), what
               pronouns mean (``referents``, ``persons``), what no operator can do (``steps``, ``unseen``), what is
               one step with the one before (``merging``)
refusal        ``refusal`` says what was understood, and the nearest things that can be done
=============  =======================================================================================

``synonyms`` and ``lexicon`` are the dictionaries: what operators and things are called.
"""

from lbvedit.language.colors import is_color, rgb
from lbvedit.language.grammar import parse
from lbvedit.language.operators import OPERATORS, Operator, Param, is_time_or_sound, validate

__all__ = ["OPERATORS", "Operator", "Param", "is_color", "is_time_or_sound", "parse", "rgb", "validate"]
