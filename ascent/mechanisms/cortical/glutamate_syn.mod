TITLE Glutamatergic synapse with AMPA and NMDA receptors

COMMENT
Two conductances (nS) with a rise and a decay time constant each, whose peaks for one event are the two weights of the
NetCon, AMPA first. The magnesium block of the NMDA receptors depends on the potential as in
  Schiller J, Major G, Koester HJ, Schiller Y (2000). NMDA spikes in basal dendrites of cortical pyramidal neurons.
  Nature 404:285-289,
in the form of
  Polsky A, Mel B, Schiller J (2009). Encoding and decoding bursts by NMDA spikes in basal dendrites of layer 5
  pyramidal neurons. J Neurosci 29:11891-11903.
Every event multiplies a depression d by its factor and adds to a facilitation f; both go back to 1, as in
  Varela JA, Sen K, Gibson J, Fost J, Abbott LF, Nelson SB (1997). A quantitative description of short-term plasticity
  at excitatory synapses in layer 2/3 of rat primary visual cortex. J Neurosci 17:7926-7940.
A and B are the NMDA conductance's slow and fast parts, C and D those of AMPA. The names are those of simrun's files.
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS glutamate_syn
    NONSPECIFIC_CURRENT inmda, iampa
    RANGE gnmda, gampa, inmda, iampa
    RANGE e, tau1, tau2, tau3, tau4
    RANGE decayampa, decaynmda, taudampa, taudnmda
    RANGE facilampa, facilnmda, taufampa, taufnmda
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (nS) = (nanosiemens)
}

PARAMETER {
    e = 0 (mV)
    : NMDA decay and rise, AMPA decay and rise
    tau1 = 50 (ms)
    tau2 = 2 (ms)
    tau3 = 2 (ms)
    tau4 = 0.1 (ms)
    : magnesium block: how strong at 0 mV, and how steep
    n = 0.25
    gama = 0.08 (/mV)
    decayampa = 0.5
    decaynmda = 0.5
    taudampa = 200 (ms)
    taudnmda = 200 (ms)
    facilampa = 0
    facilnmda = 0
    taufampa = 200 (ms)
    taufnmda = 200 (ms)
}

ASSIGNED {
    v (mV)
    inmda (nA)
    iampa (nA)
    gnmda (nS)
    gampa (nS)
    scale_nmda
    scale_ampa
}

STATE {
    A (nS)
    B (nS)
    C (nS)
    D (nS)
    dampa
    dnmda
    fampa
    fnmda
}

INITIAL {
    A = 0
    B = 0
    C = 0
    D = 0
    gnmda = 0
    gampa = 0
    dampa = 1
    dnmda = 1
    fampa = 1
    fnmda = 1
    scale_nmda = peak_scale(tau2, tau1)
    scale_ampa = peak_scale(tau4, tau3)
}

BREAKPOINT {
    SOLVE relaxation METHOD cnexp
    gnmda = (A - B) / (1 + n * exp(-gama * v))
    gampa = C - D
    inmda = 1e-3 * gnmda * (v - e)
    iampa = 1e-3 * gampa * (v - e)
}

DERIVATIVE relaxation {
    A' = -A / tau1
    B' = -B / tau2
    C' = -C / tau3
    D' = -D / tau4
    dampa' = (1 - dampa) / taudampa
    dnmda' = (1 - dnmda) / taudnmda
    fampa' = (1 - fampa) / taufampa
    fnmda' = (1 - fnmda) / taufnmda
}

NET_RECEIVE(w_ampa (nS), w_nmda (nS)) {
    LOCAL jump
    : without this block NEURON would set the second weight to 0 when it initialises
    INITIAL { w_nmda = w_nmda }
    jump = scale_nmda * w_nmda * dnmda * fnmda
    A = A + jump
    B = B + jump
    jump = scale_ampa * w_ampa * dampa * fampa
    C = C + jump
    D = D + jump
    dampa = dampa * decayampa
    dnmda = dnmda * decaynmda
    fampa = fampa + facilampa
    fnmda = fnmda + facilnmda
}

: What scales exp(-t / decay) - exp(-t / rise) to a peak of 1.
FUNCTION peak_scale(rise (ms), decay (ms)) {
    LOCAL t_peak
    t_peak = rise * decay / (decay - rise) * log(decay / rise)
    peak_scale = 1 / (exp(-t_peak / decay) - exp(-t_peak / rise))
}
