# setup makes .venv and fetches the jars; the other targets call it when something it made is out of date.
PYTHON ?= $(or $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done),python3)
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: setup s3 servers demo demo-large docs test test-all test-versions test-cluster check bench reference requirements clean

setup: .venv/.made jars/.verified .venv/.started

.venv/.made: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; set PYTHON=..." if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	grep -A 40 '^uv==' requirements.txt | awk 'NR == 1 || /^    --hash/ {print; next} {exit}' > .venv/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps -e .
	@# Compiled once here: every worker of every run imports them, and may be forbidden to write.
	$(BIN)/python -m compileall -q -j 2 .venv/lib segspark || true
	touch $@

jars/.verified: segspark/spark/submit/pom.xml conf/jars/SHA256SUMS | .venv/.made
	@if command -v mvn >/dev/null; then \
	  mvn -q -B -Dstyle.color=never -f segspark/spark/submit/pom.xml dependency:copy-dependencies -DincludeGroupIds=io.delta,io.unitycatalog -DoutputDirectory=$(CURDIR)/jars \
	  && $(BIN)/python -m segspark.spark.environment verify-jars && touch $@; \
	else echo "No Maven here: Spark will fetch the Delta jars by Ivy at its start."; mkdir -p jars; fi

# What Spark needs for a lake on S3: jars/s3.
s3: jars/s3/.verified

jars/s3/.verified: conf/jars/s3/pom.xml conf/jars/s3/SHA256SUMS | jars/.verified
	@if command -v mvn >/dev/null; then \
	  mvn -q -B -Dstyle.color=never -f conf/jars/s3/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DincludeGroupIds=org.apache.hadoop,software.amazon.awssdk,software.amazon.s3.analyticsaccelerator,software.amazon.eventstream,org.reactivestreams -DoutputDirectory=$(CURDIR)/jars/s3 \
	  && $(BIN)/python -m segspark.spark.environment verify-jars s3 && touch $@; \
	else echo "No Maven here: Spark will fetch the jars for S3 by Ivy at its start."; mkdir -p jars/s3; fi

# Servers of other stores for slow tests, which skip where one is missing: HDFS by Maven, Azure's emulator by npm.
servers:
	mvn -q -B -Dstyle.color=never -f tests/hdfs/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=$(CURDIR)/.servers/hdfs
	npm install --silent --no-audit --no-fund --prefix .servers/azure azurite@3.35.0

# What a bare spark-submit of this environment needs, and a class archive that makes every JVM start faster.
.venv/.started: segspark/spark/defaults.py conf/jars/SHA256SUMS .venv/.made | jars/.verified
	$(BIN)/python -m segspark.spark.defaults
	$(BIN)/python -m segspark.spark.startup
	touch $@

demo: setup
	$(BIN)/segspark demo demo-workspace

# Five times as many people and records, in a folder of its own.
demo-large: setup
	$(BIN)/segspark demo demo-large-workspace --people 50000 --events 1000000

# Two processes, each with a session of its own: planning many small queries leaves half of two cores idle. They take whole
# files in the order of tests/longest_first.py; xdist's own order has the files with one test last, which are the longest.
IN_PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder

test: setup s3
	$(BIN)/python -m pytest $(IN_PARALLEL)

test-all: setup s3
	SEGSPARK_EXPLORE=1 $(BIN)/python -m pytest $(IN_PARALLEL) -m 'slow or not slow'

# Each Spark that is claimed, in an environment of its own with the wheel: some minutes each; test-all runs them too.
test-versions: setup
	$(BIN)/python -m pytest -m 'slow or not slow' tests/versions

# Whole days by spark-submit on machines that share no disk, with the lake in a bucket: some minutes; test-all runs them too.
test-cluster: setup s3
	$(BIN)/python -m pytest -m 'slow or not slow' tests/cluster

# Every part that .ci/parts lists, also after one that failed; the last line says which did.
check: setup
	.ci/check

# Strict: a link or an anchor that leads nowhere fails, but not with --quiet. The variable silences a note about MkDocs 2.
docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: setup
	$(BIN)/python benchmarks/features.py --set S

# The reference pages of the documentation, the JSON Schema of segspark.yaml and the graph of flows.
reference: setup
	$(BIN)/python -m docs.generate

# Exact versions with hashes for every supported Python and system, and no address of a registry.
requirements: .venv/.made
	$(BIN)/uv pip compile pyproject.toml --extra local --extra lineage --extra dev --extra docs --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.txt

clean:
	rm -rf .venv jars demo-workspace demo-large-workspace build *.egg-info
