### language = es
### version = 1
### status = draft

## Partes pequeñas

money = { $currency } { $amount }
date = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
} de { $year }
due-on = { $amount } el { $date }
days = { $count ->
    [one] { $count } día
   *[other] { $count } días
}
whole-days = { $count ->
    [one] { $count } día completo
   *[other] { $count } días completos
}
minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}

## Lo que siempre vale: el archivo propio de un prestamista no puede cambiarlo

emergency-always = Las llamadas de emergencia siempre funcionan.
never-read = Nunca se leen sus datos ni se conoce dónde está.
never-blocked = Las llamadas de emergencia, las llamadas entrantes, las alarmas, la accesibilidad y la forma de pagar siempre funcionan.
floor = Nunca se apagan: las llamadas de emergencia, las llamadas entrantes, las alertas públicas, la forma de pagar, el contacto con el prestamista, los ajustes de red, los mensajes de texto que recibe, las alarmas, la accesibilidad, las aplicaciones de salud y la copia de sus propios datos.

## La pantalla

managed-by = Este teléfono se compra a { $lender } a plazos. Hasta que esté pagado, { $lender } puede mostrar mensajes y, después de avisos formales, limitar algunas funciones. { emergency-always } { never-read }
managed-by-after = { $lender } recibió el contrato de { $before } y desde ahora recibe los pagos. { managed-by }
why-instalment = La cuota del { $date } no se ha pagado.
why-credit = Los días pagados se acabaron el { $date }.
why-overdue = Una cuota no se pagó en su fecha.
stage-clear = No hay nada vencido. Gracias.
stage-handed-over = Este teléfono fue devuelto. Ya no vence nada más.
stage-written-off = El prestamista renunció a la deuda y ya no limita este teléfono. Todavía se puede pagar.
stage-remind = { $why }
stage-notice = { $why } Corre un aviso formal: véalo abajo.
stage-restrict = { $why } El plazo del aviso terminó. Algunas funciones están apagadas hasta que se pague.
stage-lock = { $why } El plazo del aviso terminó. El teléfono se abre en cuanto se pague.
stage-tampered = El teléfono avisó de un cambio, como otra tarjeta SIM. Si no es así, díganoslo.

## Recordatorios

remind-before = { $amount } vence el { $date }. { $pay }
remind-due = { $amount } vence hoy. { $pay }
remind-after = { $why } Vencido: { $amount }. { $pay }
remind-link = Pague aquí: { $link }
remind-auto-pay = Con el pago automático no tiene que pensar en ello.

## Avisos formales

notice =
    AVISO { $k } de { $lender }, { $date }

    Del contrato { $reference } están vencidos { $owed }. { $why } Por favor pague en { $days } después de ver este aviso. { $follows }

    { how-to-pay }

    { how-to-dispute }

    { never-blocked }

    { contact }
follows-notice = Si hasta entonces no se paga nada, sigue otro aviso.
follows-steps = Si hasta entonces no se paga nada, algunas funciones de este teléfono se apagarán paso a paso.
follows-nothing = Si no puede pagar, hable con nosotros.
how-to-pay = Cómo pagar: { $pay }
how-to-dispute = Si no está de acuerdo: { $dispute }
contact = { $lender }, { $phone }. Quejas: { $complaints }

## Lo que se puede apagar

restriction-wallpaper = su propio fondo de pantalla
restriction-camera = la cámara
restriction-gallery = la galería
restriction-app_install = instalar aplicaciones
restriction-nonessential_apps = las aplicaciones que no son esenciales
restriction-outgoing_calls = las llamadas salientes, salvo a emergencias y al prestamista
restriction-outgoing_sms = los mensajes salientes, salvo al prestamista
restriction-data_network = los datos móviles
guard-factory_reset = restablecer el teléfono desde los ajustes
guard-safe_mode = iniciar en modo seguro
guard-debugging = conectar herramientas de desarrollo
guard-unknown_installs = aplicaciones de origen desconocido
guard-agent_removal = quitar el programa que administra el teléfono

## La información previa

disclosure-title = Lo que usted acepta al comprar este teléfono a plazos
terms-line = Usted paga { $total } en { $count ->
    [one] una cuota, el { $date }.
   *[other] { $count } cuotas, la primera el { $date }.
}
heading-late = Cuando una cuota queda sin pagar
late-remind = Desde { $from } de atraso: un mensaje que usted puede cerrar.
late-notice = Desde { $from } de atraso: aviso formal { $k }. Después de verlo tiene { $days } para pagar.
late-step = Desde { $from } de atraso, cuando haya terminado el plazo de todos los avisos, se apaga: { $functions }.
late-lock = Desde { $from } de atraso, cuando haya terminado el plazo de todos los avisos: el teléfono solo muestra la pantalla de bloqueo, con la forma de pagar y de hablar con nosotros.
late-nothing = En este teléfono nunca se apaga nada.
late-paid = En cuanto se pague lo vencido, todo se enciende de nuevo por sí solo, a más tardar { $within } después de contarse el pago, sin costo.
heading-never = Lo que siempre funciona
heading-until = Hasta que el teléfono esté pagado
until-guards = Quedan apagados: { $guards }.
heading-urgent = Si necesita el teléfono con urgencia
urgent = Usted mismo puede abrirlo { $count ->
    [one] una vez
   *[other] { $count } veces
} por { $hours }, sin dar razones y sin red.
heading-end = Al final
end = Después del último pago el teléfono es suyo: dentro de { $hours } queda libre para siempre y el programa que lo administra se quita solo. Esto no tiene costo.
sunset = El { $date } a más tardar este teléfono se libera solo, aunque ya nadie responda. Solo dos personas del prestamista juntas pueden mover ese día, 90 días como máximo y cuatro veces como máximo, y este teléfono dice entonces por qué.
heading-contact = Con quién hablar
page-contract = Contrato { $reference }
page-hash = Huella de este texto: { $hash }
