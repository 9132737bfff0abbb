### language = en
### version = 1
### status = draft

## Small parts

money = { $currency } { $amount }
date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
due-on = { $amount } on { $date }
days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
whole-days = { $count ->
    [one] { $count } whole day
   *[other] { $count } whole days
}
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}

## The floor: a lender's own file cannot change these

emergency-always = Emergency calls always work.
never-read = Your data is never read, and your location is never known.
never-blocked = Emergency calls, incoming calls, alarms, accessibility and the way to pay always keep working.
floor = Emergency calls, incoming calls, public alerts, the way to pay, contact with the lender, network switches, incoming text messages, alarms, accessibility, health apps and the export of your own data are never switched off.

## The screen

managed-by = This phone is bought from { $lender } on instalments. Until it is paid, { $lender } can show messages and, after formal notices, restrict some functions. { emergency-always } { never-read }
managed-by-after = { $lender } took the contract over from { $before }: pay { $lender } from here on. { managed-by }
why-instalment = The instalment of { $date } has not been paid.
why-credit = The days paid for ran out on { $date }.
why-overdue = An instalment was not paid on its due day.
stage-clear = Nothing is overdue. Thank you.
stage-handed-over = This phone was handed back. Nothing more falls due.
stage-written-off = The lender gave the debt up and no longer restricts this phone. It can still be paid.
stage-remind = { $why }
stage-notice = { $why } A formal notice runs: see below.
stage-restrict = { $why } The notice has run out. Some functions are off until it is paid.
stage-lock = { $why } The notice has run out. The phone opens as soon as it is paid.
stage-tampered = The phone reported a change, such as another SIM card. If that is wrong, tell us.

## Reminders

remind-before = { $amount } is due on { $date }. { $pay }
remind-due = { $amount } is due today. { $pay }
remind-after = { $why } Past due: { $amount }. { $pay }
remind-link = Pay here: { $link }
remind-auto-pay = With automatic payment you need not think of it.

## Formal notices

notice =
    NOTICE { $k } from { $lender }, { $date }

    For contract { $reference }, { $owed } is past due. { $why } Please pay within { $days } after you see this notice. { $follows }

    { how-to-pay }

    { how-to-dispute }

    { never-blocked }

    { contact }
follows-notice = If nothing is paid by then, a further notice follows.
follows-steps = If nothing is paid by then, some functions of this phone will be switched off step by step.
follows-nothing = If you cannot pay, speak to us.
how-to-pay = How to pay: { $pay }
how-to-dispute = If you do not agree: { $dispute }
contact = { $lender }, { $phone }. Complaints: { $complaints }

## What can be switched off

restriction-wallpaper = your own wallpaper
restriction-camera = the camera
restriction-gallery = the gallery
restriction-app_install = installing apps
restriction-nonessential_apps = apps that are not essential
restriction-outgoing_calls = outgoing calls, except to emergency numbers and the lender
restriction-outgoing_sms = outgoing text messages, except to the lender
restriction-data_network = mobile data
guard-factory_reset = resetting the phone from its settings
guard-safe_mode = starting in safe mode
guard-debugging = connecting tools for developers
guard-unknown_installs = apps from unknown sources
guard-agent_removal = removing the program that manages the phone

## The disclosure

disclosure-title = What you agree to when you buy this phone on instalments
terms-line = You pay { $total } in { $count ->
    [one] one instalment, on { $date }.
   *[other] { $count } instalments, the first on { $date }.
}
heading-late = When an instalment stays unpaid
late-remind = From { $from } past due: a message that you can dismiss.
late-notice = From { $from } past due: formal notice { $k }. After you see it you have { $days } to pay.
late-step = From { $from } past due, when every notice has run out, switched off: { $functions }.
late-lock = From { $from } past due, when every notice has run out: the phone shows only the lock screen, with the way to pay and to reach us.
late-nothing = Nothing on this phone is ever switched off.
late-paid = Once what is past due is paid, everything is switched on again by itself, at the latest { $within } after the payment is counted, without a fee.
heading-never = What always works
heading-until = Until the phone is paid
until-guards = These stay switched off: { $guards }.
heading-urgent = If you need the phone urgently
urgent = You can open it yourself { $count ->
    [one] once
   *[other] { $count } times
} for { $hours }, without giving a reason and without a network.
heading-end = At the end
end = After the last payment the phone is yours: within { $hours } it is released for ever and the program that manages it removes itself. No fee is charged for this.
sunset = On { $date } at the latest this phone frees itself, even if nobody answers any more. Only two people of the lender together can move that day, by at most 90 days and at most four times, and this phone then says why.
heading-contact = Whom to speak to
page-contract = Contract { $reference }
page-hash = Fingerprint of this text: { $hash }
