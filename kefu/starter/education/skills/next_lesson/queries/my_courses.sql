-- The customer's unfinished courses with the next lesson of each; one bought again counts as bought last.
SELECT
  e.course_id, e.lessons_done, c.title_zh, c.title_en, c.form, c.lessons,
  l.title_zh AS lesson_zh, l.title_en AS lesson_en, l.minutes
FROM enrolments e
JOIN courses c ON c.id = e.course_id
JOIN lessons l ON l.course_id = e.course_id AND l.number = e.lessons_done + 1
WHERE e.learner_id = :customer_id
  AND e.id IN (
    SELECT MAX(latest.id)
    FROM enrolments latest
    WHERE latest.learner_id = :customer_id AND latest.state <> 'cancelled'
    GROUP BY latest.course_id
  )
ORDER BY CASE e.state WHEN 'active' THEN 0 WHEN 'paused' THEN 1 ELSE 2 END, e.enrolled_at DESC, e.id
