TITLE Pumps, exchanger and sodium background of a nodose C-type neuron

COMMENT
Sodium-potassium pump, calcium pump, sodium-calcium exchanger and background sodium current of
  Schild JH, Clark JW, Hay M, Mendelowitz D, Andresen MC, Kunze DL (1994). A- and C-type rat nodose sensory neurons:
  model interpretations of dynamic discharge characteristics. J Neurophysiol 71:2338-2358.
Sodium and potassium concentrations do not change. Strengths are scaled from 22 degC (calcium pump) and 22.85 degC.
The published voltage factor of the sodium-potassium pump, (v + 150) / (v + 200), ends in a pole at -200 mV; below
-150 mV, where the pump would run backwards, it is held at zero.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX schild_pumps
    USEION na READ ena WRITE ina
    USEION k WRITE ik
    USEION ca READ cai, cao WRITE ica
    RANGE g_background, nak_max, ca_max, exchange, nai_rest, nao_rest, ko_rest
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    g_background = 1.85681e-5 (S/cm2)
    nak_max = 0.009726135 (mA/cm2)
    ca_max = 0.000859437 (mA/cm2)
    exchange = 1.27324e-6 (mA/cm2)
    nai_rest = 8.9 (mM)
    nao_rest = 154 (mM)
    ko_rest = 5.4 (mM)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    cai (mM)
    cao (mM)
    ina (mA/cm2)
    ik (mA/cm2)
    ica (mA/cm2)
}

BREAKPOINT {
    LOCAL pump, factor, na_part, k_part, nai3, nao3, bounded, u, inward, outward, exchanged
    if (v > -150) { factor = (v + 150) / (v + 200) } else { factor = 0 }
    na_part = nai_rest / (nai_rest + 5.46)
    k_part = ko_rest / (ko_rest + 0.621)
    pump = nak_max * 1.16 ^ ((22.85 - celsius) / 10) * factor * na_part * na_part * na_part * k_part * k_part

    nai3 = nai_rest * nai_rest * nai_rest
    nao3 = nao_rest * nao_rest * nao_rest
    : beyond half a volt the exchanger's exponentials would outgrow everything else
    bounded = v
    if (bounded > 500) { bounded = 500 }
    if (bounded < -500) { bounded = -500 }
    u = 0.5 * bounded * 96500 / (1000 * 8.314 * (celsius + 273.15))
    inward = nai3 * cao * exp(u)
    outward = nao3 * cai * exp(-u)
    exchanged = exchange * 2.2 ^ ((22.85 - celsius) / 10) * (inward - outward) / (1 + 0.0036 * (cai * nao3 + cao * nai3))

    ina = 3 * pump + 3 * exchanged + g_background * (v - ena)
    ik = -2 * pump
    ica = ca_max * 2.3 ^ ((22 - celsius) / 10) * cai / (cai + 0.0005) - 2 * exchanged
}
