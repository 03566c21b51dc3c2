SELECT
  e.course_id, e.state, e.lessons_done, e.finished_at, c.title_zh, c.title_en, c.subject, c.lessons,
  o.number AS order_number, o.paid_at, o.amount_fen, o.state AS order_state,
  l.title_zh AS next_zh, l.title_en AS next_en,
  (SELECT max(p.completed_at) FROM progress p WHERE p.enrolment_id = e.id) AS last_at,
  (SELECT min(v.starts_at) FROM live_classes v WHERE v.course_id = e.course_id AND v.starts_at > :now) AS class_at
FROM enrolments e
JOIN courses c ON c.id = e.course_id
JOIN orders o ON o.number = e.order_number
LEFT JOIN lessons l ON l.course_id = e.course_id AND l.number = e.lessons_done + 1
WHERE e.learner_id = :learner_id
ORDER BY CASE e.state WHEN 'active' THEN 0 WHEN 'paused' THEN 1 ELSE 2 END, e.enrolled_at DESC
