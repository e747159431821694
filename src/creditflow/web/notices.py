"""What a page says after a form was taken, by the code in its address."""

from collections.abc import Mapping

from creditflow.web.naming import word

NOTICES: Mapping[str, str] = {
    "approve": word("Approved. The limit is being applied and the customer is written to."),
    "approve_with_change": word(
        "Approved with your amount. The limit is being applied and the customer is written to."
    ),
    "return": word("Returned. Whoever asked can hand it in again."),
    "reject": word("Rejected. The customer is written to where the policy says so."),
    "withdrawn": word("Withdrawn. Nothing changes for the customer."),
    "again": word("Handed in again. It is judged afresh on today's facts."),
    "taken_up": word("Taken up again."),
    "claimed": word("You have it for now; the others see that. Give it back if you cannot go on."),
    "released": word("Given back. It waits for everybody at its desk again."),
    "reassigned": word("Reassigned."),
    "referred": word("Asked. The case stays where it is meanwhile."),
    "commented": word("Your comment was kept."),
    "requested": word("Your request was taken. It is being evaluated."),
    "confirmed": word("Noted: the letter arrived."),
    "resend": word("A marked copy of the letter is on its way."),
    "retry": word("The letter is tried again."),
    "answered": word("Thank you. We have received your answer."),
    "settled": word("Noted: the answer was seen to."),
    "anew": word("The letter is sent to the address that is known now."),
    "handed_over": word("Noted: the letter was handed over in print."),
    "policy_proposed": word("Proposed. Another policy administrator has to confirm it."),
    "policy_confirm": word("Confirmed. It comes into force on its day."),
    "policy_refuse": word("Refused."),
    "policy_withdraw": word("Withdrawn."),
    "model_propose": word("It judges in the shadow from the next evaluation on."),
    "model_promote": word("It is the champion now; the one before it is retired."),
    "model_retire": word("Retired. What it judged stays on record."),
    "password": word("The password was kept. Every other session has ended."),
    "session_ended": word("That session has ended."),
    "no_factor": word("The second factor was removed."),
    "connected": word("Your company account is connected."),
    "asked": word("Asked for. Another user administrator has to confirm it."),
    "change_confirmed": word("Confirmed. It holds from now on."),
    "change_refused": word("Refused. Nothing has changed."),
    "change_withdrawn": word("Taken back. Nothing has changed."),
    "key_revoked": word("The key was revoked. It opens nothing any more."),
    "delegated": word("Noted. It holds on the days that you named."),
    "revoked": word("Ended."),
    "mails": word("Noted. It holds from the next mail on."),
    "message_again": word("The message is sent once more."),
    "signed_out": word("You are signed out."),
}
