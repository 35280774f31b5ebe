"""Random documents, as a training may leave them."""

from hypothesis import strategies as st

from segspark.models.clustering.documents.groups import Around, GroupDocument, Groups
from segspark.models.clustering.documents.map import Map, Place
from segspark.models.clustering.documents.migration import Alarm, Migration, Move, Shift
from segspark.models.clustering.documents.preparation import Nearest, Preparation, PreparedFeature
from segspark.models.clustering.documents.rare import PlainRule, Rare, RareGroup, Term
from segspark.models.clustering.documents.registered import ClusteringDocuments
from segspark.models.clustering.documents.sweep import EUCLIDEAN, SQUARED, Sweep, SweepRow
from segspark.models.clustering.documents.tree import Join, Tree, TreeSegment

TEXT = st.text(max_size=8)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
COUNT = st.integers(0, 10**9)
WORDS = st.fixed_dictionaries({"fr": TEXT, "en": TEXT})
Z_SCORES = st.dictionaries(TEXT, NUMBER, max_size=3)


def several(one: st.SearchStrategy) -> st.SearchStrategy:  # type: ignore[type-arg]
    return st.lists(one, max_size=3).map(tuple)


GROUP = st.builds(
    GroupDocument, COUNT, TEXT, WORDS, WORDS, COUNT, several(NUMBER), Z_SCORES, st.none() | several(TEXT),
    st.none() | several(COUNT),
)  # fmt: skip
AROUND = st.builds(Around, COUNT, TEXT, WORDS, WORDS, COUNT, several(TEXT))
GROUPS = st.builds(
    Groups, several(GROUP), COUNT, TEXT, several(TEXT), several(AROUND), st.none() | several(NUMBER), st.none() | NUMBER
)
SWEEP_ROW = st.builds(
    SweepRow,
    COUNT,
    NUMBER,
    NUMBER,
    st.none() | NUMBER,
    st.none() | NUMBER,
    several(st.sampled_from(["size", "stability"])),
)
SWEEP = st.builds(Sweep, several(SWEEP_ROW), st.sampled_from([EUCLIDEAN, SQUARED]))
TREE = st.builds(
    Tree,
    COUNT,
    TEXT,
    several(st.builds(Join, COUNT, COUNT, NUMBER, COUNT)),
    several(COUNT),
    several(several(NUMBER)),
    several(COUNT),
    several(COUNT),
    st.dictionaries(COUNT, several(COUNT), max_size=3),
    st.dictionaries(COUNT, st.builds(TreeSegment, TEXT, WORDS), max_size=3),
)
PLACE = st.builds(Place, NUMBER, NUMBER, COUNT)
MAP = st.builds(Map, several(PLACE), several(PLACE), several(NUMBER))
ALARM = st.builds(Alarm, st.sampled_from(["rand", "share"]), NUMBER, NUMBER, st.none() | TEXT)
MIGRATION = st.builds(
    Migration, TEXT, NUMBER, several(st.builds(Move, TEXT, TEXT, COUNT)),
    several(st.builds(Shift, TEXT, WORDS, NUMBER, NUMBER)), several(ALARM),
)  # fmt: skip
PLAIN_RULE = st.builds(PlainRule, several(st.builds(Term, TEXT, st.booleans(), NUMBER)), NUMBER, NUMBER)
RARE_GROUP = st.builds(
    RareGroup,
    TEXT,
    TEXT,
    WORDS,
    WORDS,
    TEXT,
    COUNT,
    Z_SCORES,
    several(NUMBER),
    st.none() | PLAIN_RULE,
    st.none() | NUMBER,
)
RARE = st.builds(
    Rare, TEXT, st.booleans(), st.none() | NUMBER, TEXT, COUNT, several(NUMBER), COUNT, COUNT, COUNT, NUMBER,
    several(TEXT), several(RARE_GROUP), TEXT, st.integers(0, 9),
)  # fmt: skip
FEATURE = st.builds(
    PreparedFeature, TEXT, st.none() | NUMBER, NUMBER, NUMBER, st.booleans(), NUMBER, NUMBER, NUMBER, st.booleans()
)
NEAREST = st.builds(
    Nearest, several(TEXT), COUNT, several(NUMBER), several(NUMBER), several(several(st.none() | NUMBER))
)
PREPARATION = st.builds(Preparation, several(FEATURE), st.none() | NEAREST)
DOCUMENTS = st.builds(
    ClusteringDocuments, GROUPS, SWEEP, PREPARATION, st.none() | TREE, st.none() | MAP, st.none() | MIGRATION,
    st.none() | RARE,
)  # fmt: skip
