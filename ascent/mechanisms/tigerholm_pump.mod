TITLE Sodium-potassium pump of a C-nociceptor

COMMENT
The pump of
  Tigerholm J, Petersson ME, Obreja O, Lampert A, Carr R, Schmelz M, Fransen E (2014). J Neurophysiol 111:1721-1735:
three sodium ions out for two potassium ions in, driven by sodium inside and potassium outside.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tigerholm_pump
    USEION na READ nai WRITE ina
    USEION k READ ko WRITE ik
    RANGE strength
}

UNITS {
    (mA) = (milliamp)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER { strength = -0.0047891 (mA/cm2) }

ASSIGNED {
    nai (mM)
    ko (mM)
    ina (mA/cm2)
    ik (mA/cm2)
}

BREAKPOINT {
    LOCAL outside, high, low
    outside = 1 + 1 / ko
    high = 6.7 / (nai + 8)
    low = 67.6 / (nai + 8)
    ik = strength / (outside * outside) * (1.62 / (1 + high * high * high) + 1 / (1 + low * low * low))
    ina = -1.5 * ik
}
