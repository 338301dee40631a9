TITLE Sodium-potassium pump and sodium-calcium exchanger of an unmyelinated autonomic or cutaneous fiber

COMMENT
Pump and exchanger of
  Thio BJ et al. (2024). Reverse-engineered models reveal differential membrane properties of
  autonomic and cutaneous unmyelinated fibers. PLoS Comput Biol 20:e1012475.
The pump's strength is scaled from 22.85 degC. Its voltage factor, (v + 150) / (v + 200), ends in a pole at -200 mV;
below -150 mV, where the pump would run backwards, it is held at zero.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX thio_pumps
    USEION na READ nai, nao WRITE ina
    USEION k READ ko WRITE ik
    USEION ca READ cai, cao WRITE ica
    RANGE nak_max, exchange
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    nak_max = 0 (mA/cm2)
    : multiple of 3.6e-8 mA/cm2/mM4
    exchange = 0
}

ASSIGNED {
    v (mV)
    celsius (degC)
    nai (mM)
    nao (mM)
    ko (mM)
    cai (mM)
    cao (mM)
    ina (mA/cm2)
    ik (mA/cm2)
    ica (mA/cm2)
}

BREAKPOINT {
    LOCAL factor, na_part, k_part, pump, kelvin, nai3, nao3, bounded, u, strength, exchanged
    if (v > -150) { factor = (v + 150) / (v + 200) } else { factor = 0 }
    na_part = nai / (nai + 5.46)
    k_part = ko / (ko + 0.621)
    pump = nak_max * 1.16 ^ ((22.85 - celsius) / 10) * factor * na_part * na_part * na_part * k_part * k_part

    kelvin = celsius + 273
    nai3 = nai * nai * nai
    nao3 = nao * nao * nao
    : beyond half a volt the exchanger's exponentials would outgrow everything else
    bounded = v
    if (bounded > 500) { bounded = 500 }
    if (bounded < -500) { bounded = -500 }
    u = 0.5 * bounded * 96500 / (8314 * kelvin)
    strength = exchange * 3.6e-8 * (2.2 * (kelvin - 296) + 310 - kelvin) / 14
    exchanged = strength * (nai3 * cao * exp(u) - nao3 * cai * exp(-u)) / (1 + 0.0036 * (cai * nao3 + cao * nai3))

    ina = 3 * pump + 3 * exchanged
    ik = -2 * pump
    ica = -2 * exchanged
}
