# comment
def a do
  @doc """
  text
  """
  """
  text
  """
end
