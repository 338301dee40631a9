TITLE Sodium and leak currents of a rabbit's node of Ranvier at 37 degC

COMMENT
After
  Sweeney JD, Mortimer JT, Durand D (1987). Modeling of mammalian myelinated nerve for functional neuromuscular
  stimulation. Proc 9th Annual Conference of the IEEE Engineering in Medicine and Biology Society 3:1577-1578,
which takes the voltage clamp data of
  Chiu SY, Ritchie JM, Rogart RB, Stagg D (1979). A quantitative description of membrane currents in rabbit
  myelinated nerve. J Physiol 292:149-166
to body temperature; with the conductances and the rate of m as corrected by
  Basser PJ, Roth BJ (1991). Stimulation of a myelinated nerve axon by electromagnetic induction.
  Med Biol Eng Comput 29:261-268.
Potentials are those of the membrane, its rest being at -80 mV. Rates hold for 37 degC and do not depend on celsius.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX sweeney
    USEION na READ ena WRITE ina
    NONSPECIFIC_CURRENT il
    RANGE gnabar, gl, el
    RANGE alpha_m, beta_m, alpha_h, beta_h
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gnabar = 1.445 (S/cm2)
    gl = 0.128 (S/cm2)
    el = -80.01 (mV)
}

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    il (mA/cm2)
    alpha_m (/ms)
    beta_m (/ms)
    alpha_h (/ms)
    beta_h (/ms)
}

STATE { m h }

INITIAL {
    rates(v)
    m = alpha_m / (alpha_m + beta_m)
    h = alpha_h / (alpha_h + beta_h)
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ina = gnabar * m * m * h * (v - ena)
    il = gl * (v - el)
}

DERIVATIVE gates {
    rates(v)
    m' = alpha_m * (1 - m) - beta_m * m
    h' = alpha_h * (1 - h) - beta_h * h
}

PROCEDURE rates(v (mV)) {
    LOCAL u
    : held where no data are: the paper's rates of m turn negative below -347 mV, and exponentials overflow beyond
    u = v
    if (u < -300) {
        u = -300
    }
    if (u > 300) {
        u = 300
    }
    alpha_m = (126 + 0.363 * u) / (1 + exp(-(u + 49) / 5.3))
    beta_m = alpha_m * exp(-(u + 56.2) / 4.17)
    beta_h = 15.6 / (1 + exp(-(u + 56) / 10))
    alpha_h = beta_h * exp(-(u + 74.5) / 5)
}
