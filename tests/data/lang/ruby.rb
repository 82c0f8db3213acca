# comment
=begin
A block comment.
=end
class K
  def method(a)
    return 1 if a && b or c
    unless a then end
    case a
    when 1, 2 then 1
    when 3 then 2
    else 3
    end
    text = <<~TEXT
      # text
      end
    TEXT
    begin
      x ||= a ? 1 : 2
    rescue A, B
    ensure
    end
    list << CONSTANT
    "a #{b "c"} # text"
  end

  def self.make = 1
  def empty; end
  def <=>(other)
    while a; until b; end; end
    case x
    in {a:} then 1
    in Integer then 2
    end
    items.each { |i| puts i if i }
  end
end
