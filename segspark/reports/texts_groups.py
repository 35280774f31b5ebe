"""The texts of the sections about groups and profiles, in both languages; included by texts.py."""

# key: (French, English)
TEXTS: dict[str, tuple[str, str]] = {
    "nav_profiles": ("Profils", "Profiles"),
    # What the groups are
    "clusters_intro": (
        "Groupes trouvés dans les données, sans règle écrite à l'avance.",
        "Groups that were found in the data, without any rule written beforehand.",
    ),
    "clusters_model": ("Modèle {version}, ajusté au {day}.", "Model {version}, fitted as of {day}."),
    "clusters_decided": (
        "Des décisions ont fusionné ou divisé ces groupes depuis ; en usage : {groups}.",
        "Decisions have merged or split these groups since; in use: {groups}.",
    ),
    "profile_map": ("Ce qui distingue chaque groupe", "What sets each group apart"),
    "profile_note": (
        "Écart de la moyenne du groupe à celle de la liste, en écarts-types : +1,0 est nettement au-dessus, "
        "0 est comme tout le monde.",
        "Distance of the group's mean from the list's, in standard deviations: +1.0 is clearly above, 0 is like "
        "everybody.",
    ),
    "measure": ("Mesure", "Measure"),
    "choice_of_k": ("Pourquoi {k} groupes", "Why {k} groups"),
    "k_only": (
        "{k} groupes : le seul nombre essayé (silhouette {silhouette}).",
        "{k} groups: the only number tried (silhouette {silhouette}).",
    ),
    "k_best": (
        "{k} groupes donnent la meilleure silhouette ({silhouette}) {among}.",
        "{k} groups give the best silhouette ({silhouette}) {among}.",
    ),
    "k_near": (
        "{k} groupes : silhouette {silhouette}, proche de la meilleure ({best} pour {best_k}) {among}, et plus près "
        "du coude de l'inertie.",
        "{k} groups: silhouette {silhouette}, close to the best ({best} for {best_k}) {among}, and nearer to the "
        "elbow of the inertia.",
    ),
    "among_tried": ("des {n} nombres essayés", "of the {n} numbers tried"),
    "among_passing": (
        "de ceux des {n} nombres essayés dont les groupes sont assez stables, séparés et grands ({passing})",
        "of those of the {n} numbers tried whose groups are stable, apart and large enough ({passing})",
    ),
    "refused_groups": (
        "{k} groupes : retrouvés dans deux moitiés de la liste, accord (Rand ajusté) de {stability}, il faut "
        "{min_stability} ; silhouette euclidienne de {silhouette}, il faut {min_silhouette} ; plus petit groupe : "
        "{people} personnes, il en faut {min_people}.",
        "{k} groups: found in two halves of the list, agreement (adjusted Rand) {stability} where {min_stability} is "
        "needed; Euclidean silhouette {silhouette} where {min_silhouette} is needed; smallest group: {people} people "
        "where {min_people} are needed.",
    ),
    "refused_few_active": (
        "{n} personnes ont agi un jour, il en faut {needed}.",
        "{n} people ever acted where {needed} are needed.",
    ),
    "refused_all_alike": (
        "Rien ne distingue les personnes : {inputs} ont la même valeur pour tous, ou répètent une autre mesure.",
        "Nothing tells people apart: {inputs} are the same for everybody, or repeat another measure.",
    ),
    "silhouette": ("Silhouette (euclidienne)", "Silhouette (Euclidean)"),
    # Of models from before the Euclidean one was computed.
    "silhouette_squared": ("Silhouette (distances au carré)", "Silhouette (squared distances)"),
    "silhouette_axis": ("silhouette (−1 à 1)", "silhouette (−1 to 1)"),
    "silhouette_note": (
        "Plus elle est haute, mieux les groupes se séparent.",
        "The higher, the better the groups are told apart.",
    ),
    "elbow": ("Coude", "Elbow"),
    "inertia_axis": ("inertie par personne", "inertia per person"),
    "elbow_note": (
        "Au-delà du coude, un groupe de plus n'explique plus grand-chose.",
        "Beyond the elbow, one more group explains little.",
    ),
    "k_axis": ("nombre de groupes k", "number of groups k"),
    "chart_values": ("{title} : {values}.", "{title}: {values}."),
    # Choice of k
    "stable": (
        "Retrouvés séparément dans deux moitiés de la liste, ces groupes concordent (indice de Rand ajusté "
        "{stability}) : ils sont stables.",
        "Found separately in two halves of the list, these groups agree (adjusted Rand index {stability}): they are "
        "stable.",
    ),
    "unstable": (
        "Retrouvés séparément dans deux moitiés de la liste, ces groupes concordent mal (indice de Rand ajusté "
        "{stability}, il faudrait {least}) : leurs frontières sont à prendre avec prudence.",
        "Found separately in two halves of the list, these groups agree badly (adjusted Rand index {stability} where "
        "{least} is asked for): take their borders with care.",
    ),
    "k": ("k", "k"),
    "inertia": ("Inertie", "Inertia"),
    "stability": ("Stabilité", "Stability"),
    "stability_axis": ("indice de Rand ajusté", "adjusted Rand index"),
    "stability_note": (
        "Accord des groupes de deux moitiés de la liste ; 1 : les mêmes groupes.",
        "Agreement of the groups of two halves of the list; 1: the same groups.",
    ),
    "smallest": ("Plus petit groupe", "Smallest group"),
    "smallest_axis": ("part des personnes (%)", "share of the people (%)"),
    "smallest_note": (
        "Un groupe très petit décrit des exceptions plutôt que des habitudes.",
        "A very small group describes exceptions rather than habits.",
    ),
    "chosen": ("retenu", "chosen"),
    # Map and tree
    "people_map": ("Carte des personnes", "Map of people"),
    "people_map_note": (
        "Un échantillon de la liste, chaque point une personne ; deux points proches se comportent de même. Les deux "
        "axes sont les directions où les personnes diffèrent le plus ; les plus écartées (1 %) sont hors du cadre.",
        "A sample of the list, each dot a person; dots that lie close behave alike. The two axes are the directions in "
        "which people differ most; the farthest (1%) lie outside.",
    ),
    "map_axis": ("axe {n} · {share} des différences", "axis {n} · {share} of the differences"),
    "map_values": ("{n} personnes dans {groups} groupes.", "{n} people in {groups} groups."),
    "dendrogram": ("Comment les groupes se rejoignent", "How groups join"),
    "dendrogram_note": (
        "Chaque trait horizontal réunit deux groupes (méthode de Ward) ; plus il est haut, plus ils étaient "
        "différents. La ligne pointillée est la coupe retenue.",
        "Each horizontal line joins two groups (Ward's method); the higher it is, the more they differed. The dashed "
        "line is the cut in use.",
    ),
    "height_axis": ("hauteur (perte de précision)", "height (loss of detail)"),
    "cut": ("coupe en {k} groupes", "cut into {k} groups"),
    # Migration
    "migration": ("Ce que sont devenus les groupes précédents", "What became of the last groups"),
    "migration_intro": (
        "Les mêmes personnes, classées par le modèle précédent ({version}) et par celui-ci. Indice de Rand ajusté : "
        "{rand} (1 : rien n'a bougé).",
        "The same people under the last model ({version}) and under this one. Adjusted Rand index: {rand} (1: nothing "
        "moved).",
    ),
    "migration_calm": (
        "Aucune alerte : les groupes restent les mêmes pour l'essentiel.",
        "No alarm: the groups stay the same for the most part.",
    ),
    "alarm_rand": (
        "Alerte : l'indice de Rand {value} est sous {threshold} ; les groupes ont beaucoup changé.",
        "Alarm: the Rand index {value} is below {threshold}; the groups have changed much.",
    ),
    "alarm_share": (
        "Alerte : la part de « {segment} » a bougé de plus de {threshold}.",
        "Alarm: the share of “{segment}” has moved by more than {threshold}.",
    ),
    "from_to_groups": ("Avant ↓ · maintenant →", "Before ↓ · now →"),
    "row_shares": (
        "En pour cent : part du groupe précédent (lecture par ligne).",
        "Per cent: share of the previous group (read by row).",
    ),
    # Profiles
    "profiles": ("Profils des segments", "Profiles of the segments"),
    "profiles_intro": (
        "Ce qui distingue chaque segment du reste de la liste. Une case colorée ou une flèche marque un écart que le "
        "hasard n'explique pas (test de Welch ou de deux proportions, corrigé du nombre de comparaisons, seuil 5 %) ; "
        "en gris, rien ne permet de conclure, ou rien n'est testé : sur les mesures faites de ce que sa définition "
        "regarde, un segment diffère par construction. Les groupes trouvés dans les données ne sont testés que sur les "
        "jours qui suivent ceux qui les définissent, avec leurs membres d'alors.",
        "What sets each segment apart from the rest of the list. A coloured cell or an arrow marks a difference that "
        "chance does not explain (Welch's test or two proportions, corrected for the number of comparisons, level 5%); "
        "grey says that nothing can be concluded, or that nothing is tested: by measures made of what its definition "
        "looks at, a segment differs as a matter of course. Groups that were found in the data are tested only on days "
        "after those that define them, with their members of then.",
    ),
    "kpis_earlier": (
        "Groupes trouvés dans les données : mesurés sur leurs membres du {day}, car ce que ces personnes font depuis n'a "
        "pas servi à les former.",
        "Groups found in the data: measured on their members of {day}, since what these people have done from then on "
        "had no part in making them.",
    ),
    "kpis_some_same_days": (
        "Sauf, faute de membres assez nombreux ce jour-là, sur les jours mêmes qui les définissent : {names}.",
        "Except, for want of enough members on that day, on the very days that define them: {names}.",
    ),
    "kpis_same_days": (
        "Groupes trouvés dans les données : ces résultats sont ceux des jours mêmes qui les définissent, faute d'un jour "
        "plus ancien ; ils décrivent les groupes et ne prouvent rien.",
        "Groups found in the data: these results are of the very days that define them, for want of an earlier day; they "
        "describe the groups and prove nothing.",
    ),
    "profiles_most": ("Les {n} plus grands segments.", "The {n} largest segments."),
    "profile_means": ("Moyennes", "Means"),
    "profile_means_note": (
        "En grand, l'écart à la moyenne de la liste en écarts-types ; dessous, la moyenne du segment.",
        "Large, the distance from the list's mean in standard deviations; below it the segment's mean.",
    ),
    "profile_shares": ("Parts des personnes et engagement cumulé", "Shares of people and cumulative engagement"),
    "profile_shares_note": (
        "Part des personnes du segment, avec son intervalle à 95 % : ont acheté ou visité, puis ont cliqué au moins "
        "une fois dans les 7, 30, 90 et 365 derniers jours.",
        "Share of the segment's people, with its 95% interval: bought or visited, then clicked at least once within "
        "the last 7, 30, 90 and 365 days.",
    ),
    "reactivity": ("Réactivité immédiate", "Immediate reactivity"),
    "reactivity_note": (
        "Part des e-mails reçus qu'une personne a cliqués dans l'heure, les 4 et les 24 heures ; le trait est "
        "l'intervalle à 95 %. Les 30 jours qui précèdent la veille.",
        "Share of the delivered mails that a human clicked within one, 4 and 24 hours; the line is the 95% interval. "
        "The 30 days before the last one.",
    ),
    "raw_weighted": ("Clics et ouvertures, bruts et humains", "Clicks and opens, raw and human"),
    "raw_weighted_note": (
        "Par e-mail reçu, 30 jours. Brut : robots compris. Pondéré : chaque acte compte pour la probabilité qu'il soit "
        "humain. Ouvertures : seulement les e-mails aux personnes qui ont consenti à leur mesure.",
        "Per delivered mail, 30 days. Raw: machines too. Weighted: each act counts with the probability that it is "
        "human. Opens: only mails to people who agreed to the measuring.",
    ),
    # Rare groups
    "rare_intro": (
        "Petits groupes denses et personnes qui ne ressemblent à aucun groupe, trouvés par densité ({method}) sur {n} "
        "personnes.",
        "Small dense groups, and people who are like no group, found by density ({method}) among {n} people.",
    ),
    "rare_none": (
        "Aucun groupe rare trouvé : aucun petit groupe dense ne se décrit par une règle simple, dont au moins la moitié "
        "de ceux qui la remplissent sont du groupe.",
        "None found: no small dense group is described by a plain rule of whose people at least half are in the group.",
    ),
    "rare_rules": (
        "Chaque groupe rare est décrit par une règle, cherchée sur une moitié des personnes et mesurée sur l'autre. "
        "Précision : part de ceux qui remplissent la règle qui sont du groupe. Rappel : part du groupe qui la remplit. "
        "Le groupe qui dépense le plus par personne en un an vient d'abord.",
        "Each rare group is described by a rule, which was searched on half of the people and measured on the other. "
        "Precision: share of those who fulfil the rule who are in the group. Recall: share of the group who fulfil it. "
        "The group that spends most per person in a year comes first.",
    ),
    "rare_undescribed": (
        "Petits groupes denses qu'aucune règle ne décrit, comptés avec les profils courants : {n}.",
        "Small dense groups that no rule describes, counted among the usual profiles: {n}.",
    ),
    "precision": ("Précision", "Precision"),
    "recall": ("Rappel", "Recall"),
    "rare_far": (
        "Seules les personnes les plus éloignées des groupes habituels ont été comparées.",
        "Only the people farthest from the usual groups were compared.",
    ),
    "kind": ("Nature", "Kind"),
    "kind_group": ("groupe rare", "rare group"),
    "kind_usual": ("profil habituel", "usual profile"),
    "kind_unusual": ("atypique", "unusual"),
    "description": ("Description", "Description"),
    "k_distances": ("Distance au {n}e voisin", "Distance to neighbour {n}"),
    "k_distances_note": (
        "Personnes rangées par distance à leur {n}e voisin ; au-delà du coude (eps), elles sont isolées.",
        "People in the order of the distance to their neighbour {n}; beyond the knee (eps) they stand alone.",
    ),
    "people_axis": ("part des personnes", "share of the people"),
    "distance_axis": ("distance", "distance"),
}
