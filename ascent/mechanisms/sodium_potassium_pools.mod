TITLE Sodium and potassium inside and around an unmyelinated axon

COMMENT
Concentrations of
  Tigerholm J, Petersson ME, Obreja O, Lampert A, Carr R, Schmelz M, Fransen E (2014). J Neurophysiol 111:1721-1735:
inside, the currents fill the axon's cylinder; outside, they fill a thin space that exchanges with a bath.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX sodium_potassium_pools
    USEION na READ ina WRITE nai, nao
    USEION k READ ik WRITE ki, ko
    RANGE nai_rest, nao_bath, ki_rest, ko_bath, space, permeability
}

UNITS {
    (mA) = (milliamp)
    (um) = (micron)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    nai_rest = 11.4 (mM)
    nao_bath = 154.0 (mM)
    ki_rest = 121.7 (mM)
    ko_bath = 5.6 (mM)
    : width of the space around the axon
    space = 0.029 (um)
    permeability = 1e-7 (m/s)
    faraday = 96485.33212 (coulomb)
}

ASSIGNED {
    diam (um)
    ina (mA/cm2)
    ik (mA/cm2)
}

STATE {
    nai (mM)
    nao (mM)
    ki (mM)
    ko (mM)
}

INITIAL {
    nai = nai_rest
    nao = nao_bath
    ki = ki_rest
    ko = ko_bath
}

BREAKPOINT {
    SOLVE pools METHOD cnexp
}

: a cylinder has 4/diam of surface for its volume; the powers of ten turn mA/cm2 and m/s over um into mM/ms
DERIVATIVE pools {
    nai' = -ina * 4e4 / (faraday * diam)
    nao' = (ina / faraday - 0.1 * permeability * (nao - nao_bath)) * 1e4 / space
    ki' = -ik * 4e4 / (faraday * diam)
    ko' = (ik / faraday - 0.1 * permeability * (ko - ko_bath)) * 1e4 / space
    : a current that would leave less than nothing, under stimuli far beyond any threshold
    if (nai < 1e-3) { nai = 1e-3 }
    if (nao < 1e-3) { nao = 1e-3 }
    if (ki < 1e-3) { ki = 1e-3 }
    if (ko < 1e-3) { ko = 1e-3 }
}
