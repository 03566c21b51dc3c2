-- When money is given back; the first rule that fits holds.
SELECT within_days, lessons_at_most, share_at_most, refund_share, text_zh, text_en
FROM refund_rules
ORDER BY number
