"""What binds a proposed limit, as a sentence for each method."""

from collections.abc import Mapping

from creditflow.domain.candidate import LimitMethod
from creditflow.web.naming import word

BINDING: Mapping[str, str] = {
    LimitMethod.NEED: word("What the customer needs sets the limit."),
    LimitMethod.CAPACITY: word("What the customer can carry sets the limit."),
    LimitMethod.APPETITE: word("Our risk appetite for this grade sets the limit."),
    LimitMethod.GROUP: word("What its group's limit leaves sets the limit."),
    LimitMethod.CAP: word("Our cap for any one customer sets the limit."),
    LimitMethod.SECTOR_CAP: word("What is left for its sector sets the limit."),
    LimitMethod.COUNTRY_CAP: word("What is left for its country sets the limit."),
    LimitMethod.REGION_CAP: word("What is left for its sales region sets the limit."),
    LimitMethod.BOOK_CAP: word("What is left for all customers sets the limit."),
    LimitMethod.REQUESTED: word("What was asked for sets the limit."),
    LimitMethod.CURRENT: word("The current limit is kept: the change would be too small."),
    LimitMethod.ALLOCATION: word("The best allocation over all customers sets the limit."),
    LimitMethod.KNOCK_OUT: word("A knock-out criterion sets the limit."),
    LimitMethod.RAISED: word("An approver wants more than was proposed; others decide it."),
}
