TITLE Calcium below the membrane

COMMENT
The shell of
  Destexhe A, Mainen ZF, Sejnowski TJ (1994). Synthesis of models for excitable membranes, synaptic transmission and
  neuromodulation using a common kinetic formalism. J Comput Neurosci 1:195-230,
in the collection of
  Hay E, Hill S, Schuermann F, Markram H, Segev I (2011). Models of neocortical layer 5b pyramidal cells capturing a
  wide range of dendritic and perisomatic active properties. PLoS Comput Biol 7:e1002107:
a part `gamma` of the calcium that enters stays free in a shell of `depth`, and goes back to `minCai` with the time
constant `decay`.
It starts from the concentration that the ion has, NEURON's 5e-5 mM where nothing else is set.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX CaDynamics_E2
    USEION ca READ ica WRITE cai
    RANGE decay, gamma, minCai, depth
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (um) = (micron)
    (molar) = (1/liter)
    (mM) = (millimolar)
    FARADAY = (faraday) (coulombs)
}

PARAMETER {
    gamma = 0.05
    decay = 80 (ms)
    depth = 0.1 (um)
    minCai = 0.0001 (mM)
}

ASSIGNED { ica (mA/cm2) }

STATE { cai (mM) }

BREAKPOINT {
    SOLVE shell METHOD cnexp
}

: 1e4 turns mA/cm2 over um into mM/ms
DERIVATIVE shell {
    cai' = -1e4 * ica * gamma / (2 * FARADAY * depth) - (cai - minCai) / decay
}
