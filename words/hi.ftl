### language = hi
### version = 1
### status = draft

## छोटे हिस्से

money = { $currency } { $amount }
date = { $day } { $month ->
    [1] जनवरी
    [2] फ़रवरी
    [3] मार्च
    [4] अप्रैल
    [5] मई
    [6] जून
    [7] जुलाई
    [8] अगस्त
    [9] सितंबर
    [10] अक्टूबर
    [11] नवंबर
   *[12] दिसंबर
} { $year }
due-on = { $date } को { $amount }
days = { $count } दिन
whole-days = पूरे { $count } दिन
minutes = { $count } मिनट
hours = { $count } घंटे

## जो हमेशा लागू है: ऋणदाता की अपनी फ़ाइल इसे नहीं बदल सकती

emergency-always = आपात कॉल हमेशा चलती हैं।
never-read = आपका डेटा कभी नहीं पढ़ा जाता, आपकी जगह कभी नहीं जानी जाती।
never-blocked = आपात कॉल, आने वाली कॉल, अलार्म, सुगम्यता और भुगतान कभी बंद नहीं होते।
floor = ये कभी बंद नहीं होते: आपात कॉल, आने वाली कॉल, सार्वजनिक चेतावनी, भुगतान का रास्ता, ऋणदाता से संपर्क, नेटवर्क की सेटिंग, आने वाले संदेश, अलार्म, सुगम्यता, स्वास्थ्य के ऐप और आपके अपने डेटा की प्रति।

## स्क्रीन

managed-by = यह फ़ोन किस्तों पर { $lender } से है, जो पूरा भुगतान होने तक संदेश दिखा सकता है और औपचारिक सूचना के बाद कुछ काम बंद कर सकता है। { emergency-always } { never-read }
managed-by-after = अनुबंध { $before } से { $lender } के पास आया है: भुगतान उसी को करें। { managed-by }
why-instalment = { $date } की किस्त बाक़ी है।
why-credit = चुकाए दिन { $date } को पूरे हुए।
why-overdue = एक किस्त समय पर नहीं चुकाई गई।
stage-clear = कुछ बकाया नहीं है। धन्यवाद।
stage-handed-over = यह फ़ोन लौटा दिया गया है। अब कुछ नहीं चुकाना है।
stage-written-off = ऋणदाता ने कर्ज़ छोड़ दिया है और इस फ़ोन को अब नहीं रोकता। इसे अब भी चुकाया जा सकता है।
stage-remind = { $why }
stage-notice = { $why } औपचारिक सूचना चल रही है: नीचे देखें।
stage-restrict = { $why } सूचना का समय पूरा हुआ। भुगतान होने तक कुछ काम बंद हैं।
stage-lock = { $why } सूचना का समय पूरा हुआ। भुगतान होते ही फ़ोन खुल जाएगा।
stage-tampered = फ़ोन ने कोई बदलाव बताया है, जैसे दूसरा सिम। यह ग़लत हो तो हमें बताएँ।

## याद दिलाना

remind-before = { $date } को { $amount } देना है। { $pay }
remind-due = आज { $amount } देना है। { $pay }
remind-after = { $why } बकाया: { $amount }। { $pay }
remind-link = यहाँ भुगतान करें: { $link }
remind-auto-pay = स्वचालित भुगतान से आपको याद नहीं रखना पड़ता।

## औपचारिक सूचना

notice =
    सूचना { $k }, { $lender }, { $date }

    अनुबंध { $reference }: बकाया { $owed }। { $why } इसे देखने के बाद { $days } में चुकाएँ। { $follows }

    { how-to-pay }

    { how-to-dispute }

    { never-blocked }

    { contact }
follows-notice = नहीं तो एक और सूचना आएगी।
follows-steps = नहीं तो फ़ोन के कुछ काम एक-एक कर बंद होंगे।
follows-nothing = न चुका सकें तो हमसे बात करें।
how-to-pay = भुगतान: { $pay }
how-to-dispute = असहमति: { $dispute }
contact = { $lender }, { $phone }। शिकायत: { $complaints }

## क्या बंद हो सकता है

restriction-wallpaper = आपका अपना वॉलपेपर
restriction-camera = कैमरा
restriction-gallery = गैलरी
restriction-app_install = ऐप लगाना
restriction-nonessential_apps = ग़ैर-ज़रूरी ऐप
restriction-outgoing_calls = जाने वाली कॉल (आपात और ऋणदाता को छोड़कर)
restriction-outgoing_sms = जाने वाले संदेश (ऋणदाता को छोड़कर)
restriction-data_network = मोबाइल डेटा
guard-factory_reset = सेटिंग से फ़ोन मिटाना
guard-safe_mode = सेफ़ मोड में चलाना
guard-debugging = डेवलपर के औज़ार जोड़ना
guard-unknown_installs = अनजान जगह से ऐप
guard-agent_removal = फ़ोन सँभालने वाला प्रोग्राम हटाना

## पहले से जानकारी

disclosure-title = किस्तों पर यह फ़ोन लेते समय आप क्या मानते हैं
terms-line = आप कुल { $total } { $count } किस्तों में देंगे, पहली { $date } को।
heading-late = जब किस्त न चुकाई जाए
late-remind = { $from } की देरी से: एक संदेश जिसे आप हटा सकते हैं।
late-notice = { $from } की देरी से: औपचारिक सूचना { $k }। देखने के बाद चुकाने के लिए { $days }।
late-step = { $from } की देरी से, सब सूचनाओं का समय पूरा होने पर बंद: { $functions }।
late-lock = { $from } की देरी से, सब सूचनाओं का समय पूरा होने पर: फ़ोन पर केवल लॉक स्क्रीन, भुगतान और हमसे संपर्क का रास्ता।
late-nothing = इस फ़ोन पर कभी कुछ बंद नहीं होता।
late-paid = बकाया चुकाने पर सब कुछ अपने आप, भुगतान गिने जाने के अधिक से अधिक { $within } में, बिना शुल्क, फिर चालू हो जाता है।
heading-never = जो हमेशा चलता है
heading-until = पूरा भुगतान होने तक
until-guards = ये बंद रहते हैं: { $guards }।
heading-urgent = फ़ोन की तुरंत ज़रूरत हो तो
urgent = आप इसे बिना कारण बताए और बिना नेटवर्क { $count } बार { $hours } के लिए ख़ुद खोल सकते हैं।
heading-end = अंत में
end = आख़िरी भुगतान के बाद फ़ोन आपका है: { $hours } के भीतर यह हमेशा के लिए मुक्त होता है और इसे सँभालने वाला प्रोग्राम ख़ुद हट जाता है। इसका कोई शुल्क नहीं।
sunset = { $date } तक यह फ़ोन अपने-आप मुक्त हो जाता है, चाहे कोई जवाब देने वाला न बचा हो। यह दिन केवल ऋणदाता के दो व्यक्ति मिलकर आगे बढ़ा सकते हैं, एक बार में ज़्यादा से ज़्यादा 90 दिन और ज़्यादा से ज़्यादा चार बार, और तब यह फ़ोन कारण बताता है।
heading-contact = किससे बात करें
page-contract = अनुबंध { $reference }
page-hash = इस पाठ की छाप: { $hash }
