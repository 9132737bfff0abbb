### language = pt
### version = 1
### status = draft

## Partes pequenas

money = { $currency } { $amount }
date = { $day } de { $month ->
    [1] janeiro
    [2] fevereiro
    [3] março
    [4] abril
    [5] maio
    [6] junho
    [7] julho
    [8] agosto
    [9] setembro
    [10] outubro
    [11] novembro
   *[12] dezembro
} de { $year }
due-on = { $amount } em { $date }
days = { $count ->
    [one] { $count } dia
   *[other] { $count } dias
}
whole-days = { $count ->
    [one] { $count } dia inteiro
   *[other] { $count } dias inteiros
}
minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}

## O que vale sempre: o arquivo próprio de um credor não pode mudar isto

emergency-always = As chamadas de emergência funcionam sempre.
never-read = Seus dados nunca são lidos e sua localização nunca é conhecida.
never-blocked = Chamadas de emergência, chamadas recebidas, alarmes, acessibilidade e a forma de pagar funcionam sempre.
floor = Nunca são desligados: chamadas de emergência, chamadas recebidas, alertas públicos, a forma de pagar, o contato com o credor, os ajustes de rede, as mensagens de texto recebidas, os alarmes, a acessibilidade, os aplicativos de saúde e a cópia dos seus próprios dados.

## A tela

managed-by = Este telefone é comprado de { $lender } a prestações. Até estar pago, { $lender } pode mostrar mensagens e, depois de avisos formais, limitar algumas funções. { emergency-always } { never-read }
managed-by-after = { $lender } recebeu o contrato de { $before } e recebe os pagamentos a partir de agora. { managed-by }
why-instalment = A prestação de { $date } não foi paga.
why-credit = Os dias pagos acabaram em { $date }.
why-overdue = Uma prestação não foi paga na data.
stage-clear = Nada está atrasado. Obrigado.
stage-handed-over = Este telefone foi devolvido. Nada mais vence.
stage-written-off = O credor desistiu da dívida e não limita mais este telefone. Ela ainda pode ser paga.
stage-remind = { $why }
stage-notice = { $why } Corre um aviso formal: veja abaixo.
stage-restrict = { $why } O prazo do aviso terminou. Algumas funções estão desligadas até o pagamento.
stage-lock = { $why } O prazo do aviso terminou. O telefone abre assim que for pago.
stage-tampered = O telefone avisou de uma mudança, como outro cartão SIM. Se não for isso, avise-nos.

## Lembretes

remind-before = { $amount } vence em { $date }. { $pay }
remind-due = { $amount } vence hoje. { $pay }
remind-after = { $why } Em atraso: { $amount }. { $pay }
remind-link = Pague aqui: { $link }
remind-auto-pay = Com o pagamento automático você não precisa pensar nisso.

## Avisos formais

notice =
    AVISO { $k } de { $lender }, { $date }

    Do contrato { $reference }, { $owed } está em atraso. { $why } Por favor, pague em { $days } depois de ver este aviso. { $follows }

    { how-to-pay }

    { how-to-dispute }

    { never-blocked }

    { contact }
follows-notice = Se até lá nada for pago, segue outro aviso.
follows-steps = Se até lá nada for pago, algumas funções deste telefone serão desligadas passo a passo.
follows-nothing = Se não puder pagar, fale conosco.
how-to-pay = Como pagar: { $pay }
how-to-dispute = Se não concorda: { $dispute }
contact = { $lender }, { $phone }. Reclamações: { $complaints }

## O que pode ser desligado

restriction-wallpaper = seu próprio papel de parede
restriction-camera = a câmera
restriction-gallery = a galeria
restriction-app_install = instalar aplicativos
restriction-nonessential_apps = aplicativos que não são essenciais
restriction-outgoing_calls = chamadas feitas, salvo para emergência e para o credor
restriction-outgoing_sms = mensagens enviadas, salvo para o credor
restriction-data_network = dados móveis
guard-factory_reset = restaurar o telefone pelos ajustes
guard-safe_mode = iniciar em modo seguro
guard-debugging = ligar ferramentas de desenvolvimento
guard-unknown_installs = aplicativos de origem desconhecida
guard-agent_removal = remover o programa que administra o telefone

## A informação prévia

disclosure-title = O que você aceita ao comprar este telefone a prestações
terms-line = Você paga { $total } em { $count ->
    [one] uma prestação, em { $date }.
   *[other] { $count } prestações, a primeira em { $date }.
}
heading-late = Quando uma prestação fica sem pagar
late-remind = A partir de { $from } de atraso: uma mensagem que você pode fechar.
late-notice = A partir de { $from } de atraso: aviso formal { $k }. Depois de vê-lo você tem { $days } para pagar.
late-step = A partir de { $from } de atraso, terminado o prazo de todos os avisos, fica desligado: { $functions }.
late-lock = A partir de { $from } de atraso, terminado o prazo de todos os avisos: o telefone mostra só a tela de bloqueio, com a forma de pagar e de falar conosco.
late-nothing = Neste telefone nunca se desliga nada.
late-paid = Assim que o atraso for pago, tudo é ligado de novo por si só, no máximo { $within } depois de contado o pagamento, sem custo.
heading-never = O que funciona sempre
heading-until = Até o telefone estar pago
until-guards = Ficam desligados: { $guards }.
heading-urgent = Se precisar do telefone com urgência
urgent = Você mesmo pode abri-lo { $count ->
    [one] uma vez
   *[other] { $count } vezes
} por { $hours }, sem dar motivo e sem rede.
heading-end = No fim
end = Depois do último pagamento o telefone é seu: em até { $hours } ele fica livre para sempre e o programa que o administra se remove. Isto não tem custo.
sunset = Em { $date }, o mais tardar, este telefone se libera sozinho, mesmo que ninguém mais responda. Só duas pessoas do credor juntas podem adiar esse dia, em no máximo 90 dias e no máximo quatro vezes, e este telefone diz então por quê.
heading-contact = Com quem falar
page-contract = Contrato { $reference }
page-hash = Impressão digital deste texto: { $hash }
