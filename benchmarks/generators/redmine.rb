# Fills an empty Redmine: a thousand projects of 50 issues, each preceding the next, and one more whose issues are moved and
# copied; prints what a client needs to know.
count = 50
others = 1000
Setting.rest_api_enabled = "1"
Setting.notified_events = []
admin = User.find_by_login("admin")
admin.password = admin.password_confirmation = "benchmark-password"
admin.must_change_passwd = false
admin.save!
User.current = admin

project = lambda do |name, identifier|
  Project.create!(name: name, identifier: identifier, tracker_ids: Tracker.pluck(:id), enabled_module_names: ["issue_tracking"])
end

chain = project.call("Chain", "chain")
start = Date.new(2026, 3, 2)
issues = (0...count).map do |number|
  day = start + number * 2
  Issue.create!(project: chain, tracker: chain.trackers.first, author: admin, subject: "Thing #{number}",
                priority: IssuePriority.first, status: IssueStatus.first, start_date: day, due_date: day + 1)
end
issues.each_cons(2) { |from, to| IssueRelation.create!(issue_from: from, issue_to: to, relation_type: "precedes") }

# The others are copies of those rows: made one by one they would take minutes.
rows = issues.map { |issue| issue.reload.attributes.except("id") }
(1..others).each do |number|
  copied = project.call("Customer #{number}", "customer-#{number}")
  Issue.insert_all(rows.map { |row| row.merge("project_id" => copied.id) })
end
Issue.connection.execute("UPDATE issues SET root_id = id")
Issue.connection.execute(<<~SQL)
  INSERT INTO issue_relations (issue_from_id, issue_to_id, relation_type)
  SELECT id, next, 'precedes'
  FROM (SELECT id, project_id, lead(id) OVER (PARTITION BY project_id ORDER BY id) AS next FROM issues) AS pairs
  WHERE next IS NOT NULL AND project_id <> #{chain.id}
SQL
Issue.connection.execute("VACUUM ANALYZE")
first = issues.first.reload
puts "READY #{{ key: admin.api_key, first: first.id, last: issues.last.id, start: first.start_date.to_s }.to_json}"
