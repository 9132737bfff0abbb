### language = fr
### version = 1
### status = draft

## Petites parties

money = { $amount } { $currency }
date = { $day ->
    [1] { $day }er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }
due-on = { $amount } le { $date }
days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
whole-days = { $count ->
    [one] { $count } jour entier
   *[other] { $count } jours entiers
}
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}

## Ce qui vaut toujours : le fichier propre d'un prêteur ne peut pas le changer

emergency-always = Les appels d'urgence marchent toujours.
never-read = Vos données ne sont jamais lues et votre position n'est jamais connue.
never-blocked = Les appels d'urgence, les appels reçus, les alarmes, l'accessibilité et le moyen de payer marchent toujours.
floor = Ne sont jamais coupés : les appels d'urgence, les appels reçus, les alertes publiques, le moyen de payer, le contact avec le prêteur, les réglages du réseau, les messages reçus, les alarmes, l'accessibilité, les applications de santé et la copie de vos propres données.

## L'écran

managed-by = Ce téléphone est acheté auprès de { $lender } à crédit. Tant qu'il n'est pas payé, { $lender } peut afficher des messages et, après des avis formels, limiter certaines fonctions. { emergency-always } { never-read }
managed-by-after = { $lender } a repris le contrat de { $before } et reçoit désormais les paiements. { managed-by }
why-instalment = L'échéance du { $date } n'a pas été payée.
why-credit = Les jours payés ont pris fin le { $date }.
why-overdue = Une échéance n'a pas été payée à temps.
stage-clear = Rien n'est en retard. Merci.
stage-handed-over = Ce téléphone a été rendu. Plus rien n'est à payer.
stage-written-off = Le prêteur a renoncé à la dette et ne limite plus ce téléphone. Elle peut encore être payée.
stage-remind = { $why }
stage-notice = { $why } Un avis formel court : voir plus bas.
stage-restrict = { $why } Le délai de l'avis est passé. Certaines fonctions sont coupées jusqu'au paiement.
stage-lock = { $why } Le délai de l'avis est passé. Le téléphone s'ouvre dès le paiement.
stage-tampered = Le téléphone a signalé un changement, comme une autre carte SIM. Si c'est faux, dites-le-nous.

## Rappels

remind-before = { $amount } à payer le { $date }. { $pay }
remind-due = { $amount } à payer aujourd'hui. { $pay }
remind-after = { $why } En retard : { $amount }. { $pay }
remind-link = Payez ici : { $link }
remind-auto-pay = Avec le paiement automatique, vous n'avez plus à y penser.

## Avis formels

notice =
    AVIS { $k } de { $lender }, { $date }

    Pour le contrat { $reference }, { $owed } sont en retard. { $why } Merci de payer dans les { $days } après avoir vu cet avis. { $follows }

    { how-to-pay }

    { how-to-dispute }

    { never-blocked }

    { contact }
follows-notice = Sans paiement d'ici là, un autre avis suit.
follows-steps = Sans paiement d'ici là, certaines fonctions de ce téléphone seront coupées pas à pas.
follows-nothing = Si vous ne pouvez pas payer, parlez-nous.
how-to-pay = Comment payer : { $pay }
how-to-dispute = Si vous n'êtes pas d'accord : { $dispute }
contact = { $lender }, { $phone }. Réclamations : { $complaints }

## Ce qui peut être coupé

restriction-wallpaper = votre propre fond d'écran
restriction-camera = l'appareil photo
restriction-gallery = la galerie
restriction-app_install = l'installation d'applications
restriction-nonessential_apps = les applications non essentielles
restriction-outgoing_calls = les appels sortants, sauf vers les urgences et le prêteur
restriction-outgoing_sms = les messages sortants, sauf vers le prêteur
restriction-data_network = les données mobiles
guard-factory_reset = la réinitialisation depuis les réglages
guard-safe_mode = le démarrage en mode sans échec
guard-debugging = les outils de développement
guard-unknown_installs = les applications d'origine inconnue
guard-agent_removal = la suppression du programme qui gère le téléphone

## L'information préalable

disclosure-title = Ce que vous acceptez en achetant ce téléphone à crédit
terms-line = Vous payez { $total } en { $count ->
    [one] une échéance, le { $date }.
   *[other] { $count } échéances, la première le { $date }.
}
heading-late = Quand une échéance reste impayée
late-remind = À partir de { $from } de retard : un message que vous pouvez fermer.
late-notice = À partir de { $from } de retard : avis formel { $k }. Après l'avoir vu, vous avez { $days } pour payer.
late-step = À partir de { $from } de retard, une fois passé le délai de tous les avis, est coupé : { $functions }.
late-lock = À partir de { $from } de retard, une fois passé le délai de tous les avis : le téléphone ne montre que l'écran de blocage, avec le moyen de payer et de nous joindre.
late-nothing = Sur ce téléphone, rien n'est jamais coupé.
late-paid = Dès que le retard est payé, tout se rallume de soi-même, au plus tard { $within } après la prise en compte du paiement, sans frais.
heading-never = Ce qui marche toujours
heading-until = Tant que le téléphone n'est pas payé
until-guards = Restent coupés : { $guards }.
heading-urgent = Si vous avez besoin du téléphone en urgence
urgent = Vous pouvez l'ouvrir vous-même { $count ->
    [one] une fois
   *[other] { $count } fois
} pour { $hours }, sans donner de raison et sans réseau.
heading-end = À la fin
end = Après le dernier paiement, le téléphone est à vous : sous { $hours } il est libéré pour toujours et le programme qui le gère se supprime. Cela est sans frais.
sunset = Au plus tard le { $date }, ce téléphone se libère de lui-même, même si plus personne ne répond. Seules deux personnes du prêteur ensemble peuvent repousser ce jour, de 90 jours au plus et quatre fois au plus, et ce téléphone dit alors pourquoi.
heading-contact = À qui parler
page-contract = Contrat { $reference }
page-hash = Empreinte de ce texte : { $hash }
