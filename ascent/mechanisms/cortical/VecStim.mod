TITLE Events at the times of a Vector

COMMENT
An artificial cell that sends an event at each time (ms) of the Vector that it was given by play(vector); the times
ascend. play() without an argument turns it off.
ENDCOMMENT

NEURON {
    THREADSAFE
    ARTIFICIAL_CELL VecStim
    POINTER times
}

ASSIGNED {
    times
    next
}

INITIAL {
    next = 0
    if (time_of(next) >= 0) {
        net_send(time_of(next) - t, 1)
    }
}

NET_RECEIVE(weight) {
    if (flag == 1) {
        net_event(t)
        next = next + 1
        if (time_of(next) >= 0) {
            net_send(time_of(next) - t, 1)
        }
    }
}

: Time of an event, -1 after the last.
FUNCTION time_of(index) {
VERBATIM
    IvocVect* played = *(IvocVect**)(&(_p_times));
    const int place = (int)_lindex;
    _ltime_of = played && place < vector_capacity(played) ? vector_vec(played)[place] : -1.0;
ENDVERBATIM
}

PROCEDURE play() {
VERBATIM
    IvocVect** played = (IvocVect**)(&(_p_times));
    if (*played) hoc_obj_unref(*vector_pobj(*played));
    *played = ifarg(1) ? vector_arg(1) : nullptr;
    if (*played) hoc_obj_ref(*vector_pobj(*played));
ENDVERBATIM
}

DESTRUCTOR {
VERBATIM
    IvocVect** played = (IvocVect**)(&(_p_times));
    if (*played) hoc_obj_unref(*vector_pobj(*played));
    *played = nullptr;
ENDVERBATIM
}
