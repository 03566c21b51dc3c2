-- The customer's courses, those under way first; one bought again counts once, as bought last.
SELECT
  e.id AS enrolment, e.course_id, e.state, e.lessons_done, e.finished_at,
  c.title_zh, c.title_en, c.form, c.lessons
FROM enrolments e
JOIN courses c ON c.id = e.course_id
WHERE e.learner_id = :customer_id
  AND e.id IN (
    SELECT MAX(latest.id)
    FROM enrolments latest
    WHERE latest.learner_id = :customer_id AND latest.state <> 'cancelled'
    GROUP BY latest.course_id
  )
ORDER BY CASE e.state WHEN 'active' THEN 0 WHEN 'paused' THEN 1 ELSE 2 END, e.enrolled_at DESC, e.id
