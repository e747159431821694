"""The best limits as HiGHS finds them, from the question as it is put and by no code of ours."""

import highspy
import numpy as np

from creditflow.portfolio.allocation.instance import BILLION


def best_profit(instance):
    """What the best limits earn: a program of its own, with what is beyond the free part apart."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    places = {}
    for customer in range(instance.customers):
        for segment in range(instance.segments):
            places[customer, segment] = highs.getNumCol()
            width = float(instance.width[segment, customer])
            highs.addCol(-float(instance.profit[segment, customer]), 0, width, 0, [], [])
    beyond = [_beyond(highs, instance, places, customer) for customer in range(instance.customers)]
    for family in instance.families:
        for part, most in enumerate(family.most):
            terms = {}
            for customer in np.flatnonzero(family.member == part):
                weight = 1.0 if family.weight is None else family.weight[customer] / BILLION
                counted = [places[customer, k] for k in range(instance.segments)]
                if family.beyond and instance.free is not None:
                    counted = [beyond[customer]]
                terms |= dict.fromkeys(counted, float(weight))
            _at_most(highs, terms, float(most))
    highs.run()
    return -highs.getInfo().objective_function_value


def _beyond(highs, instance, places, customer):
    """A variable that is at least the limit less what is free of it."""
    own = highs.getNumCol()
    highs.addCol(0.0, 0, highspy.kHighsInf, 0, [], [])
    terms = {places[customer, k]: 1.0 for k in range(instance.segments)} | {own: -1.0}
    _at_most(highs, terms, 0.0 if instance.free is None else float(instance.free[customer]))
    return own


def _at_most(highs, terms, most):
    index = np.array(list(terms), np.int32)
    highs.addRow(-highspy.kHighsInf, most, len(terms), index, np.array(list(terms.values())))
