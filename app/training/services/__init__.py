"""The verbs of training. Learners: enrol, finish_part, begin_attempt, answer. Certificates: revoke."""
