TITLE Calcium inside and around an unmyelinated axon

COMMENT
Concentrations of
  Schild JH, Clark JW, Hay M, Mendelowitz D, Andresen MC, Kunze DL (1994). A- and C-type rat nodose sensory neurons:
  model interpretations of dynamic discharge characteristics. J Neurophysiol 71:2338-2358:
inside, calmodulin with four sites binds calcium (occupied fraction o); outside, a thin shell exchanges with a bath.
Solved for the sum of free and bound calcium, so that binding neither makes nor loses any, however long the step.
The shell's exchange has the sign that brings it to the bath's concentration, opposite to that printed in the paper.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX calcium_pools
    USEION ca READ ica WRITE cai, cao
    RANGE cai_rest, cao_bath, shell, exchange_time, sites
}

UNITS {
    (mA) = (milliamp)
    (um) = (micron)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    cai_rest = 0.000117 (mM)
    cao_bath = 2 (mM)
    : how much the shell adds to the diameter
    shell = 1 (um)
    exchange_time = 4511 (ms)
    : concentration of binding sites: four on each calmodulin
    sites = 0.004 (mM)
    faraday = 96500 (coulomb)
}

ASSIGNED {
    diam (um)
    ica (mA/cm2)
    cai (mM)
}

STATE {
    total (mM)
    o
    cao (mM)
}

INITIAL {
    o = 0.05
    cai = cai_rest
    total = cai + sites * o
    cao = cao_bath
}

BREAKPOINT {
    SOLVE pools METHOD cnexp
}

: a cylinder has 4/diam of surface for its volume, the shell 4 diam / ((diam + shell)^2 - diam^2); 1e4 is um in a cm
DERIVATIVE pools {
    LOCAL free
    free = 1 - o
    total' = -ica * 4e4 / (diam * 2 * faraday)
    o' = 100 * free * (total - sites * o) - 0.238 * o
    cao' = ica * 4e4 * diam / (((diam + shell) * (diam + shell) - diam * diam) * 2 * faraday) + (cao_bath - cao) / exchange_time
    cai = total - sites * o
    : a current that would leave less than nothing, under stimuli far beyond any threshold
    if (cai < 1e-9) { cai = 1e-9 }
    if (cao < 1e-9) { cao = 1e-9 }
}
