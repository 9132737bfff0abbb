### language = sw
### version = 1
### status = draft

## Sehemu ndogo

money = { $currency } { $amount }
date = { $day } { $month ->
    [1] Januari
    [2] Februari
    [3] Machi
    [4] Aprili
    [5] Mei
    [6] Juni
    [7] Julai
    [8] Agosti
    [9] Septemba
    [10] Oktoba
    [11] Novemba
   *[12] Desemba
} { $year }
due-on = { $amount } tarehe { $date }
days = siku { $count }
whole-days = siku kamili { $count }
minutes = dakika { $count }
hours = saa { $count }

## Yasiyobadilika: faili la mkopeshaji haliwezi kuyabadilisha

emergency-always = Simu za dharura hufanya kazi daima.
never-read = Data yako haisomwi kamwe, na mahali ulipo hapajulikani kamwe.
never-blocked = Simu za dharura, simu zinazoingia, kengele, huduma za ufikivu na njia ya kulipa hufanya kazi daima.
floor = Hivi havizimwi kamwe: simu za dharura, simu zinazoingia, tahadhari za umma, njia ya kulipa, mawasiliano na mkopeshaji, mipangilio ya mtandao, ujumbe unaoingia, kengele, huduma za ufikivu, programu za afya na nakala ya data yako mwenyewe.

## Skrini

managed-by = Simu hii inanunuliwa kutoka { $lender } kwa awamu. Hadi ilipwe yote, { $lender } anaweza kuonyesha ujumbe na, baada ya notisi rasmi, kuzuia baadhi ya huduma. { emergency-always } { never-read }
managed-by-after = { $lender } amechukua mkataba kutoka { $before } na kuanzia sasa ndiye anayelipwa. { managed-by }
why-instalment = Awamu ya tarehe { $date } haijalipwa.
why-credit = Siku zilizolipiwa ziliisha tarehe { $date }.
why-overdue = Awamu moja haikulipwa kwa wakati.
stage-clear = Hakuna deni lililochelewa. Asante.
stage-handed-over = Simu hii imerudishwa. Hakuna kingine cha kulipa.
stage-written-off = Mkopeshaji ameachilia deni na hazuii tena simu hii. Bado linaweza kulipwa.
stage-remind = { $why }
stage-notice = { $why } Notisi rasmi inaendelea: tazama hapa chini.
stage-restrict = { $why } Muda wa notisi umeisha. Baadhi ya huduma zimezimwa hadi ulipe.
stage-lock = { $why } Muda wa notisi umeisha. Simu itafunguka mara tu utakapolipa.
stage-tampered = Simu imeripoti mabadiliko, kama laini nyingine ya SIM. Kama si kweli, tuambie.

## Vikumbusho

remind-before = { $amount } inapaswa kulipwa tarehe { $date }. { $pay }
remind-due = { $amount } inapaswa kulipwa leo. { $pay }
remind-after = { $why } Imechelewa: { $amount }. { $pay }
remind-link = Lipa hapa: { $link }
remind-auto-pay = Kwa malipo ya moja kwa moja huna haja ya kukumbuka.

## Notisi rasmi

notice =
    NOTISI { $k } kutoka { $lender }, { $date }

    Kwa mkataba { $reference }, { $owed } imechelewa. { $why } Tafadhali lipa ndani ya { $days } baada ya kuona notisi hii. { $follows }

    { how-to-pay }

    { how-to-dispute }

    { never-blocked }

    { contact }
follows-notice = Usipolipa hadi hapo, notisi nyingine itafuata.
follows-steps = Usipolipa hadi hapo, baadhi ya huduma za simu hii zitazimwa hatua kwa hatua.
follows-nothing = Kama huwezi kulipa, zungumza nasi.
how-to-pay = Jinsi ya kulipa: { $pay }
how-to-dispute = Kama hukubali: { $dispute }
contact = { $lender }, { $phone }. Malalamiko: { $complaints }

## Yanayoweza kuzimwa

restriction-wallpaper = picha yako ya skrini
restriction-camera = kamera
restriction-gallery = matunzio ya picha
restriction-app_install = kusakinisha programu
restriction-nonessential_apps = programu zisizo za lazima
restriction-outgoing_calls = simu zinazotoka, isipokuwa za dharura na kwa mkopeshaji
restriction-outgoing_sms = ujumbe unaotoka, isipokuwa kwa mkopeshaji
restriction-data_network = data ya simu
guard-factory_reset = kufuta simu kupitia mipangilio
guard-safe_mode = kuwasha kwa hali salama
guard-debugging = kuunganisha zana za wasanidi
guard-unknown_installs = programu kutoka vyanzo visivyojulikana
guard-agent_removal = kuondoa programu inayosimamia simu

## Maelezo kabla ya kukubali

disclosure-title = Unachokubali unaponunua simu hii kwa awamu
terms-line = Utalipa { $total } kwa awamu { $count }, ya kwanza tarehe { $date }.
heading-late = Awamu ikibaki bila kulipwa
late-remind = Kuanzia { $from } za kuchelewa: ujumbe unaoweza kuufunga.
late-notice = Kuanzia { $from } za kuchelewa: notisi rasmi { $k }. Baada ya kuiona una { $days } za kulipa.
late-step = Kuanzia { $from } za kuchelewa, muda wa notisi zote ukiisha, huzimwa: { $functions }.
late-lock = Kuanzia { $from } za kuchelewa, muda wa notisi zote ukiisha: simu huonyesha skrini ya kufungwa tu, pamoja na njia ya kulipa na ya kutufikia.
late-nothing = Hakuna kinachozimwa kwenye simu hii kamwe.
late-paid = Ukilipa kilichochelewa, kila kitu huwashwa tena chenyewe, si zaidi ya { $within } baada ya malipo kuhesabiwa, bila ada.
heading-never = Yanayofanya kazi daima
heading-until = Hadi simu ilipwe yote
until-guards = Haya hubaki yamezimwa: { $guards }.
heading-urgent = Ukihitaji simu kwa haraka
urgent = Unaweza kuifungua mwenyewe mara { $count } kwa { $hours }, bila kutoa sababu na bila mtandao.
heading-end = Mwishoni
end = Baada ya malipo ya mwisho simu ni yako: ndani ya { $hours } inaachiliwa daima na programu inayoisimamia hujiondoa. Hakuna ada kwa hili.
sunset = Ifikapo { $date } simu hii hujiachilia yenyewe, hata kama hakuna anayejibu tena. Ni watu wawili wa mkopeshaji pamoja tu wanaoweza kusogeza siku hiyo mbele, kwa siku 90 zaidi na mara nne zaidi, na hapo simu hii husema kwa nini.
heading-contact = Nani wa kuzungumza naye
page-contract = Mkataba { $reference }
page-hash = Alama ya maandishi haya: { $hash }
