-- The customer's live classes from one time on, soonest first; cancelled courses have none.
SELECT
  v.course_id, v.lesson, v.starts_at, v.minutes, v.room,
  c.title_zh, c.title_en, l.title_zh AS lesson_zh, l.title_en AS lesson_en
FROM live_classes v
JOIN courses c ON c.id = v.course_id
JOIN lessons l ON l.course_id = v.course_id AND l.number = v.lesson
WHERE v.starts_at >= :since
  AND v.course_id IN (
    SELECT e.course_id
    FROM enrolments e
    WHERE e.learner_id = :customer_id AND e.state <> 'cancelled'
  )
ORDER BY v.starts_at, v.course_id
LIMIT 50
