### language = id
### version = 1
### status = draft

## Bagian kecil

money = { $currency } { $amount }
date = { $day } { $month ->
    [1] Januari
    [2] Februari
    [3] Maret
    [4] April
    [5] Mei
    [6] Juni
    [7] Juli
    [8] Agustus
    [9] September
    [10] Oktober
    [11] November
   *[12] Desember
} { $year }
due-on = { $amount } pada { $date }
days = { $count } hari
whole-days = { $count } hari penuh
minutes = { $count } menit
hours = { $count } jam

## Yang selalu berlaku: berkas milik pemberi pinjaman tidak dapat mengubahnya

emergency-always = Panggilan darurat selalu berfungsi.
never-read = Data Anda tidak pernah dibaca dan lokasi Anda tidak pernah diketahui.
never-blocked = Panggilan darurat, panggilan masuk, alarm, aksesibilitas, dan cara membayar selalu berfungsi.
floor = Yang tidak pernah dimatikan: panggilan darurat, panggilan masuk, peringatan umum, cara membayar, kontak dengan pemberi pinjaman, pengaturan jaringan, pesan masuk, alarm, aksesibilitas, aplikasi kesehatan, dan salinan data Anda sendiri.

## Layar

managed-by = Ponsel ini dibeli dari { $lender } secara angsuran. Sampai lunas, { $lender } dapat menampilkan pesan dan, setelah pemberitahuan resmi, membatasi beberapa fungsi. { emergency-always } { never-read }
managed-by-after = { $lender } mengambil alih kontrak dari { $before } dan mulai sekarang menerima pembayaran. { managed-by }
why-instalment = Angsuran tanggal { $date } belum dibayar.
why-credit = Hari yang sudah dibayar habis pada { $date }.
why-overdue = Satu angsuran tidak dibayar pada waktunya.
stage-clear = Tidak ada tunggakan. Terima kasih.
stage-handed-over = Ponsel ini telah dikembalikan. Tidak ada lagi yang harus dibayar.
stage-written-off = Pemberi pinjaman melepaskan utang dan tidak lagi membatasi ponsel ini. Utang masih dapat dibayar.
stage-remind = { $why }
stage-notice = { $why } Pemberitahuan resmi sedang berjalan: lihat di bawah.
stage-restrict = { $why } Waktu pemberitahuan sudah habis. Beberapa fungsi dimatikan sampai dibayar.
stage-lock = { $why } Waktu pemberitahuan sudah habis. Ponsel terbuka segera setelah dibayar.
stage-tampered = Ponsel melaporkan perubahan, misalnya kartu SIM lain. Jika tidak benar, beri tahu kami.

## Pengingat

remind-before = { $amount } jatuh tempo pada { $date }. { $pay }
remind-due = { $amount } jatuh tempo hari ini. { $pay }
remind-after = { $why } Tunggakan: { $amount }. { $pay }
remind-link = Bayar di sini: { $link }
remind-auto-pay = Dengan pembayaran otomatis Anda tidak perlu memikirkannya.

## Pemberitahuan resmi

notice =
    PEMBERITAHUAN { $k } dari { $lender }, { $date }

    Untuk kontrak { $reference }, { $owed } menunggak. { $why } Mohon bayar dalam { $days } setelah Anda melihat pemberitahuan ini. { $follows }

    { how-to-pay }

    { how-to-dispute }

    { never-blocked }

    { contact }
follows-notice = Jika sampai saat itu tidak ada pembayaran, pemberitahuan lain menyusul.
follows-steps = Jika sampai saat itu tidak ada pembayaran, beberapa fungsi ponsel ini akan dimatikan langkah demi langkah.
follows-nothing = Jika Anda tidak dapat membayar, bicaralah dengan kami.
how-to-pay = Cara membayar: { $pay }
how-to-dispute = Jika Anda tidak setuju: { $dispute }
contact = { $lender }, { $phone }. Keluhan: { $complaints }

## Yang dapat dimatikan

restriction-wallpaper = gambar latar Anda sendiri
restriction-camera = kamera
restriction-gallery = galeri
restriction-app_install = memasang aplikasi
restriction-nonessential_apps = aplikasi yang tidak penting
restriction-outgoing_calls = panggilan keluar, kecuali ke nomor darurat dan pemberi pinjaman
restriction-outgoing_sms = pesan keluar, kecuali ke pemberi pinjaman
restriction-data_network = data seluler
guard-factory_reset = mengatur ulang ponsel dari pengaturan
guard-safe_mode = memulai dalam mode aman
guard-debugging = menghubungkan alat pengembang
guard-unknown_installs = aplikasi dari sumber tidak dikenal
guard-agent_removal = menghapus program yang mengelola ponsel

## Penjelasan sebelum setuju

disclosure-title = Yang Anda setujui saat membeli ponsel ini secara angsuran
terms-line = Anda membayar { $total } dalam { $count } angsuran, yang pertama pada { $date }.
heading-late = Bila angsuran tidak dibayar
late-remind = Mulai { $from } menunggak: pesan yang dapat Anda tutup.
late-notice = Mulai { $from } menunggak: pemberitahuan resmi { $k }. Setelah melihatnya Anda punya { $days } untuk membayar.
late-step = Mulai { $from } menunggak, setelah waktu semua pemberitahuan habis, dimatikan: { $functions }.
late-lock = Mulai { $from } menunggak, setelah waktu semua pemberitahuan habis: ponsel hanya menampilkan layar kunci, dengan cara membayar dan menghubungi kami.
late-nothing = Di ponsel ini tidak ada yang pernah dimatikan.
late-paid = Begitu tunggakan dibayar, semuanya menyala lagi dengan sendirinya, paling lambat { $within } setelah pembayaran dihitung, tanpa biaya.
heading-never = Yang selalu berfungsi
heading-until = Sampai ponsel lunas
until-guards = Tetap dimatikan: { $guards }.
heading-urgent = Jika Anda sangat membutuhkan ponsel
urgent = Anda dapat membukanya sendiri { $count } kali selama { $hours }, tanpa memberi alasan dan tanpa jaringan.
heading-end = Pada akhirnya
end = Setelah pembayaran terakhir ponsel ini milik Anda: dalam { $hours } ponsel dibebaskan selamanya dan program yang mengelolanya menghapus dirinya. Ini tanpa biaya.
sunset = Paling lambat { $date } ponsel ini membebaskan dirinya sendiri, meskipun tidak ada lagi yang menjawab. Hanya dua orang dari pemberi pinjaman bersama-sama yang dapat memundurkan hari itu, paling lama 90 hari dan paling banyak empat kali, dan ponsel ini lalu mengatakan alasannya.
heading-contact = Siapa yang dapat dihubungi
page-contract = Kontrak { $reference }
page-hash = Sidik teks ini: { $hash }
