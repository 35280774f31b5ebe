"""The functions that a mapping may use: what they take, what they give, and the form of them that cannot raise."""

from dataclasses import dataclass

from segspark.sources.sql.values import BOOLEAN, DATE, INTEGER, LIST, MOMENT, NUMBER, TEXT


@dataclass(frozen=True)
class Function:
    """One function.

    Attributes:
        takes: one letter per argument, ``?`` after an optional one, ``*`` after one that may be repeated.
            T text, N number, I whole number, S small whole number, B boolean, D date, M moment, L list, A anything.
            Literals only: r regular expression, w its replacement, f form of times to read, F form to write,
            c text, k number up to 1,000, i number that is not 0, t what date_trunc cuts to, p printf format.
        gives: kind of the result.
        form: Spark SQL of the call; ``{0}`` is the first argument, ``{all}`` is all.
        may_fail: null for arguments that are there is a failure, and the record is refused.
        silent: null is what the user asked for, also for arguments that cannot be converted.
    """

    takes: str
    gives: str
    form: str = ""
    may_fail: bool = False
    silent: bool = False


def _same(names: str, takes: str, gives: str, form: str = "") -> dict[str, Function]:
    return {name: Function(takes, gives, form) for name in names.split()}


FUNCTIONS: dict[str, Function] = {
    # Numbers
    "abs": Function("N", NUMBER), "sign": Function("N", INTEGER, "cast(sign({0}) as int)"),
    **_same("ceil ceiling floor round bround", "Nk?", NUMBER),
    "try_add": Function("NN", NUMBER, silent=True), "try_subtract": Function("NN", NUMBER, silent=True),
    "try_multiply": Function("NN", NUMBER, silent=True), "try_divide": Function("NN", NUMBER, silent=True),
    "try_mod": Function("NN", NUMBER, silent=True),
    "to_number": Function("Tc", NUMBER, "try_to_number({all})", may_fail=True),
    "try_to_number": Function("Tc", NUMBER, silent=True),
    "format_number": Function("Nk", TEXT),
    # Texts
    **_same("initcap lower lcase upper ucase ltrim rtrim reverse md5 url_encode", "T", TEXT),
    **_same("length char_length character_length len", "T", INTEGER, "length({0})"),
    **_same("contains startswith endswith", "TT", BOOLEAN),
    "concat": Function("T*", TEXT), "concat_ws": Function("T*", TEXT),
    **_same("left right", "TS", TEXT), **_same("substring substr", "TSS?", TEXT),
    **_same("lpad rpad", "TST?", TEXT), "repeat": Function("Tk", TEXT),
    "replace": Function("TTT?", TEXT), "translate": Function("TTT", TEXT), "overlay": Function("TTSS?", TEXT),
    "instr": Function("TT", INTEGER), "locate": Function("TTS?", INTEGER),
    "split_part": Function("TTi", TEXT), "substring_index": Function("TTS", TEXT),
    "format_string": Function("pA*", TEXT), "printf": Function("pA*", TEXT, "format_string({all})"),
    "sha2": Function("Tk", TEXT), "xxhash64": Function("A*", INTEGER),
    "url_decode": Function("T", TEXT, "try_url_decode({0})", may_fail=True),
    "try_url_decode": Function("T", TEXT, silent=True),
    "get_json_object": Function("Tc", TEXT), "json_array_length": Function("T", INTEGER),
    # Regular expressions
    "regexp_extract": Function("Trk?", TEXT), "regexp_replace": Function("Trw", TEXT),
    "regexp_substr": Function("Tr", TEXT), "regexp_count": Function("Tr", INTEGER),
    **_same("regexp_like regexp rlike", "Tr", BOOLEAN, "regexp_like({all})"),
    # Lists
    "split": Function("Trk?", LIST), "array_contains": Function("LT", BOOLEAN),
    **_same("size cardinality", "L", INTEGER, "size({0})"),
    **_same("element_at try_element_at", "Li", TEXT, "try_element_at({all})"), "get": Function("LS", TEXT),
    # Dates and times
    **_same("year quarter month day dayofmonth dayofyear dayofweek weekday weekofyear hour minute second", "M", INTEGER),
    "date_format": Function("MF", TEXT), "date_trunc": Function("tM", MOMENT),
    "trunc": Function("Mt", DATE, "cast(date_trunc({1}, {0}) as date)"),
    **_same("date_add dateadd", "DS", DATE, "date_add({all})"), "date_sub": Function("DS", DATE),
    **_same("datediff date_diff", "DD", INTEGER, "datediff({all})"), "last_day": Function("D", DATE),
    "make_date": Function("III", DATE, "try_cast(format_string('%04d-%02d-%02d', {all}) as date)", may_fail=True),
    "timestamp_seconds": Function("N", MOMENT, "1"), "timestamp_millis": Function("N", MOMENT, "1000"),
    "timestamp_micros": Function("N", MOMENT, "1000000"),
}  # fmt: skip

# Compiled by functions of their own: they take any kinds that go together, or only some of their arguments count.
SPECIAL = frozenset(
    """coalesce nvl ifnull nvl2 nullif greatest least isnull isnotnull if iff mod to_date try_to_date to_timestamp
    try_to_timestamp from_unixtime timestampadd timestampdiff trim btrim""".split()
)
CASTS = {
    "string": TEXT, "int": INTEGER, "integer": INTEGER, "bigint": INTEGER, "smallint": INTEGER, "tinyint": INTEGER,
    "double": NUMBER, "float": NUMBER, "decimal": NUMBER, "boolean": BOOLEAN, "date": DATE, "timestamp": MOMENT,
}  # fmt: skip
# Their answer depends on when, where or by whom the run is done: a second run would give another.
CHANGING = frozenset(
    """current_date current_timestamp current_time current_timezone now localtimestamp curdate today rand random randn
    randstr uniform uuid shuffle monotonically_increasing_id input_file_name input_file_block_start
    input_file_block_length spark_partition_id session_user current_user user current_catalog current_database
    current_schema version unix_timestamp getdate sysdate""".split()
)
# Spark takes these words for functions also without parentheses. `user` is a frequent column, and stays one.
BARE_WORDS = frozenset(
    """current_date current_timestamp current_time localtimestamp current_user session_user current_catalog
    current_database current_schema current_timezone""".split()
)
TRUNCATIONS = {
    "year": "YEAR", "yyyy": "YEAR", "yy": "YEAR", "quarter": "QUARTER", "month": "MONTH", "mon": "MONTH", "mm": "MONTH",
    "week": "WEEK", "day": "DAY", "dd": "DAY", "hour": "HOUR", "minute": "MINUTE", "second": "SECOND",
}  # fmt: skip
# Unit -> the interval of {n} units; try_add with it gives null where timestampadd would raise.
INTERVALS = {
    "year": "make_ym_interval({n}, 0)", "quarter": "make_ym_interval(0, 3 * {n})", "month": "make_ym_interval(0, {n})",
    "week": "make_dt_interval(7 * {n})", "day": "make_dt_interval({n})", "hour": "make_dt_interval(0, {n})",
    "minute": "make_dt_interval(0, 0, {n})", "second": "make_dt_interval(0, 0, 0, {n})",
}  # fmt: skip
