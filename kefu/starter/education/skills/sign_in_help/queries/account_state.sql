-- The state of the customer's account, if they are known in this conversation.
SELECT account_state
FROM learners
WHERE id = :customer_id
