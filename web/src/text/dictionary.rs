//! Fixed words and sentences. Each key stands beside both of its translations: one that is missing does not compile.

use candor_core::Language;

/// Makes the dictionary's type and its two values from one list.
macro_rules! dictionary {
    ($($key:ident: $en:literal, $fr:literal;)+) => {
        /// What the page says in one language.
        #[derive(Debug)]
        pub struct Dictionary {
            $(pub $key: &'static str,)+
        }

        const ENGLISH: Dictionary = Dictionary { $($key: $en,)+ };
        const FRENCH: Dictionary = Dictionary { $($key: $fr,)+ };
    };
}

/// The words of a language.
pub fn dictionary(language: Language) -> &'static Dictionary {
    match language {
        Language::En => &ENGLISH,
        Language::Fr => &FRENCH,
    }
}

dictionary! {
    // Page
    title: "Candor: credit scoring that explains itself", "Candor\u{a0}: un score de crédit qui s’explique";
    skip_to_form: "Skip to the application", "Aller à la demande";
    skip_to_result: "Skip to the result", "Aller au résultat";
    toolbar: "Model and page", "Modèle et page";
    language: "Language", "Langue";
    print: "Print", "Imprimer";
    close: "Close", "Fermer";
    private: "Everything is computed in this page; no data leaves it.",
        "Tout est calculé dans cette page\u{a0}; aucune donnée n’en sort.";

    // Model loading
    open_model: "Open a model", "Ouvrir un modèle";
    about_model: "About the model", "À propos du modèle";
    loading: "Loading the model…", "Chargement du modèle…";
    no_model_title: "Which model should score?", "Quel modèle doit calculer le score\u{a0}?";
    no_model_body: "No model.candor lies beside this page. Drop a .candor file anywhere here, or choose one. It is \
                    read on this computer and sent nowhere.",
        "Aucun model.candor ne se trouve à côté de cette page. Déposez un fichier .candor n’importe où ici, ou \
         choisissez-en un. Il est lu sur cet ordinateur et n’est envoyé nulle part.";
    drop_here: "Drop the .candor file to load it", "Déposez le fichier .candor pour le charger";
    file_not_loaded: "This file was not loaded", "Ce fichier n’a pas été chargé";

    // Clients
    clients: "Client", "Client";
    clients_help: "Typical clients, none of them a real person. Pick one and change any value below, or start from \
                   nothing.",
        "Des clients types, aucune personne réelle. Choisissez-en un et modifiez les valeurs ci-dessous, ou partez \
         de zéro.";
    new_application: "New application", "Nouvelle demande";
    all_unknown: "All values unknown", "Toutes les valeurs inconnues";

    // Form
    application: "Application", "Demande";
    application_help: "Each change is scored at once. What is not known can stay empty.",
        "Chaque modification est évaluée aussitôt. Ce qui n’est pas connu peut rester vide.";
    main_fields: "What matters most", "L’essentiel";
    other_fields: "Everything else", "Tout le reste";
    search: "Find a field", "Chercher un champ";
    search_hint: "A word in English or French, or a column name",
        "Un mot en français ou en anglais, ou un nom de colonne";
    clear_search: "Show all fields", "Afficher tous les champs";
    no_match: "No field matches. Try a shorter word or part of the column name.",
        "Aucun champ ne correspond. Essayez un mot plus court ou une partie du nom de colonne.";
    unknown: "unknown", "inconnu";
    yes: "yes", "oui";
    no: "no", "non";
    undo: "Undo", "Annuler";

    // Result
    result: "Result", "Résultat";
    approve: "Approve", "Accorder";
    decline: "Decline", "Refuser";
    probability: "Probability of default", "Probabilité de défaut";
    probability_short: "default", "défaut";
    points: "Points", "Points";
    points_note: "More points, less risk.", "Plus de points, moins de risque.";
    points_short: "points", "points";
    risk_level: "Risk level", "Niveau de risque";
    low: "Low", "Faible";
    medium: "Medium", "Moyen";
    high: "High", "Élevé";
    critical: "Critical", "Critique";
    threshold: "threshold", "seuil";
    this_client: "this client", "ce client";
    compared: "Among past clients", "Parmi les clients passés";
    withheld: "No answer yet", "Pas encore de réponse";
    withheld_body: "The last answer no longer holds: a value in the form cannot be right. Correct it or clear it.",
        "La dernière réponse ne vaut plus\u{a0}: une valeur de la demande ne peut pas être juste. Corrigez-la ou \
         effacez-la.";
    nothing_known: "Nothing is known yet", "Rien n’est encore connu";
    nothing_known_body: "Type at least one value, or pick a sample client.",
        "Saisissez au moins une valeur, ou choisissez un client type.";
    see_details: "See the details", "Voir le détail";

    // Reasons
    reasons: "What counts against this client", "Ce qui joue contre ce client";
    no_reasons: "Nothing raises the risk above that of the average client.",
        "Rien n’élève le risque au-dessus de celui du client moyen.";
    change_field: "Go to this field", "Aller à ce champ";

    // Waterfall
    waterfall: "From the average client to this score", "Du client moyen à ce score";
    average_client: "Average client", "Client moyen";
    score: "Score", "Score";
    as_table: "The same as a table", "Les mêmes chiffres en tableau";
    item: "Item", "Élément";
    running_total: "Running total", "Cumul";
    feature: "Feature", "Variable";
    value: "Value", "Valeur";
    features_note: "Parts of a point; exact Shapley values, rounded.",
        "En fractions de point\u{a0}; valeurs de Shapley exactes, arrondies.";

    // Model card
    card_file: "File", "Fichier";
    card_made_with: "Made with", "Réalisé avec";
    card_data: "Data", "Données";
    card_features: "Inputs", "Entrées";
    card_threshold: "Declined from", "Refus à partir de";
    card_costs: "Costs", "Coûts";
    card_scale: "Scale of the points", "Échelle des points";
    card_digest: "Digest of the file (SHA-256)", "Empreinte du fichier (SHA-256)";
    card_quality: "How good it is", "Qualité du modèle";
    card_quality_note: "Each figure with the interval that holds 95% of its bootstrap values.",
        "Chaque chiffre avec l’intervalle qui contient 95 % de ses valeurs par bootstrap.";
    card_part: "Part", "Partie";
    card_clients: "Clients", "Clients";
    card_defaults: "Defaults", "Défauts";
    part_train: "Training", "Entraînement";
    part_validation: "Validation", "Validation";
    part_test: "Test", "Test";
    part_out_of_fold: "Cross-validation", "Validation croisée";
    auc: "AUC", "AUC";
    gini: "Gini", "Gini";
    ks: "KS", "KS";
    brier: "Brier score", "Score de Brier";
    log_loss: "Log-loss", "Perte logarithmique";
    calibration_error: "Calibration error", "Erreur de calibration";
    approval_rate: "Approved", "Accordés";
    cost_title: "Cost per client", "Coût par client";
    cost_model: "With this model", "Avec ce modèle";
    cost_approve_all: "Approving everybody", "En accordant à tous";
    cost_decline_all: "Declining everybody", "En refusant à tous";
    excluded: "Deliberately not an input", "Volontairement exclus";
    dropped_features: "Features left out with them", "Variables écartées avec eux";
    parameters: "Parameters of the learner", "Paramètres d’apprentissage";
    notes: "Notes", "Notes";
}
