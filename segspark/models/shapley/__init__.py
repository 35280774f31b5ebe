"""Why a model of boosted trees says what it says of a person: exact Shapley values of its inputs."""
