TITLE Leaks and constant pumps that hold sodium, potassium and calcium at rest

COMMENT
What is left of an ion's current at the resting potential is cancelled, as in
  Tigerholm J, Petersson ME, Obreja O, Lampert A, Carr R, Schmelz M, Fransen E (2014). J Neurophysiol 111:1721-1735:
by a leak where that takes a positive conductance, else by a constant current. Initialisation sets all to zero;
whoever runs the model then sets them once from the currents that it finds.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX ion_balance
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    USEION ca READ eca WRITE ica
    RANGE leak_na, leak_k, leak_ca, pump_na, pump_k, pump_ca
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

ASSIGNED {
    v (mV)
    ena (mV)
    ek (mV)
    eca (mV)
    ina (mA/cm2)
    ik (mA/cm2)
    ica (mA/cm2)
    leak_na (S/cm2)
    leak_k (S/cm2)
    leak_ca (S/cm2)
    pump_na (mA/cm2)
    pump_k (mA/cm2)
    pump_ca (mA/cm2)
}

INITIAL {
    leak_na = 0
    leak_k = 0
    leak_ca = 0
    pump_na = 0
    pump_k = 0
    pump_ca = 0
}

BREAKPOINT {
    ina = leak_na * (v - ena) + pump_na
    ik = leak_k * (v - ek) + pump_k
    ica = leak_ca * (v - eca) + pump_ca
}
