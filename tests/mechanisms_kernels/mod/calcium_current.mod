TITLE A calcium current whose reversal follows the concentrations, one of calcium-gated potassium and a foreign ion

NEURON {
    THREADSAFE
    SUFFIX calcium_current
    USEION ca READ eca, cai, cao WRITE ica
    USEION k READ ek WRITE ik
    USEION cl READ ecl WRITE icl VALENCE -1
    RANGE permeability, gbar, ghk
}

PARAMETER {
    permeability = 1e-5
    gbar = 1e-3 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    eca (mV)
    cai (mM)
    cao (mM)
    ek (mV)
    ecl (mV)
    ica (mA/cm2)
    ik (mA/cm2)
    icl (mA/cm2)
    ghk (mA/cm2)
}

STATE { m z }

INITIAL {
    m = 1 / (1 + exp(-(v + 20) / 9))
    z = cai / (cai + 3e-4)
}

BREAKPOINT {
    LOCAL u, e
    SOLVE gates METHOD cnexp
    u = v / 12.5
    if (fabs(u) < 1e-4) { e = 1 - u / 2 } else { e = u / (exp(u) - 1) }
    ghk = permeability * (cai * exp(u) - cao) * e * 10
    ica = m * m * ghk + 1e-5 * m * (v - eca)
    ik = gbar * z * (v - ek)
    icl = 1e-5 * (v - ecl)
}

DERIVATIVE gates {
    m' = (1 / (1 + exp(-(v + 20) / 9)) - m) / (0.2 + 2 / (1 + (v + 25) * (v + 25) / 225))
    z' = (cai / (cai + 3e-4) - z) / 4
}
